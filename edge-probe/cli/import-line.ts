import { usage } from '../config/flags.ts';
import { OPTIONS } from '../config/settings.ts';
import type { ImportCommand } from './command.ts';
import { type CommandInput, readShipping, shippingOf, tellingOf } from './shared-options.ts';

/** `import FILE…` */
export function importLine(input: CommandInput): ImportCommand {
  const { settings, operands: files } = input;
  const { summary = false, flows = false, communityId = false, follow = false, format } = settings;
  if (files.length === 0) throw usage('import needs at least one file, or - for standard input');
  if (summary && flows) throw usage('give either --summary or --flows');
  if (communityId && !flows) throw usage('--community-id needs --flows');
  const print = summary ? 'summary' : flows ? 'flows' : undefined;
  if (follow) checkFollow(files, format, print);
  const seed = settings.communityIdSeed ?? OPTIONS.communityIdSeed.otherwise;
  return {
    kind: 'import',
    files,
    format,
    follow,
    print,
    communityIdSeed: communityId ? seed : undefined,
    shipping: print === undefined ? shippingOf(input) : readShipping(settings, input.env),
    ...tellingOf('import', input),
  };
}

function checkFollow(
  files: readonly string[],
  format: ImportCommand['format'],
  print: ImportCommand['print'],
): void {
  if (print !== undefined) throw usage(`give either --follow or --${print}`);
  if (files.includes('-')) throw usage('--follow needs files: standard input is read to its end');
  if (new Set(files).size < files.length) throw usage('--follow names a file twice');
  if (format === 'vpc') {
    throw usage('VPC Flow Logs come as finished files: import them without --follow');
  }
}
