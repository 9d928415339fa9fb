import { usage } from '../config/flags.ts';
import { OPTIONS, type Settings } from '../config/settings.ts';
import type { After, PrintCommand, ReplayCommand, WatchCommand } from './command.ts';
import { type CommandInput, meteringOf, shippingOf, tellingOf } from './shared-options.ts';

/** `replay FILE…` */
export function replayLine(input: CommandInput): ReplayCommand | PrintCommand {
  const { settings, operands: files } = input;
  const { summary = false, flows = false, communityId = false } = settings;
  if (files.length === 0) throw usage('replay needs at least one capture file');
  if (summary && flows) throw usage('give either --summary or --flows');
  if (communityId && !flows) throw usage('--community-id needs --flows');
  if (summary || flows) {
    const seed = settings.communityIdSeed ?? OPTIONS.communityIdSeed.otherwise;
    return {
      kind: summary ? 'summary' : 'flows',
      files,
      metering: meteringOf(input),
      communityIdSeed: communityId ? seed : undefined,
    };
  }
  const { speed = 'max' } = settings;
  return {
    kind: 'replay',
    files,
    speed: speed === 'max' ? Number.POSITIVE_INFINITY : speed,
    shipping: shippingOf(input),
    metering: meteringOf(input),
    ...tellingOf('replay', input),
  };
}

/** `watch DIR` */
export function watchLine(input: CommandInput): WatchCommand {
  const { settings, operands } = input;
  const [directory, moveTo, ...rest] = operands;
  if (directory === undefined) throw usage('watch needs the directory where capture files come');
  if (rest.length > 0 || (moveTo !== undefined && settings.after !== 'move')) {
    throw usage(`watch takes one directory: ${operands.join(' ')}`);
  }
  return {
    kind: 'watch',
    directory,
    after: afterOf(settings, moveTo ?? settings.moveTo),
    settleMs: (settings.settle ?? OPTIONS.settle.otherwise) * 1000,
    shipping: shippingOf(input),
    metering: meteringOf(input),
    ...tellingOf('watch', input),
  };
}

function afterOf({ after = 'keep' }: Settings, to: string | undefined): After {
  if (after !== 'move') return { kind: after };
  if (to === undefined) throw usage('--after move needs a directory: --after move DIR');
  return { kind: 'move', to };
}
