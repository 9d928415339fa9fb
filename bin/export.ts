import { CommandError, runCommand } from './command/command-error.ts';
import { ExportFile, fetchPiece, pieces } from './command/export-pieces.ts';
import { parseFlags } from './command/sensor-options.ts';

const HELP = `Usage: npm run -s export -- --url URL --out FILE [--from TIME] [--to TIME] …

Writes events of a time into a file, piece by piece. Run again with the same
flags, it goes on where it was: after a cut, or with what has come since.

  --url URL       the map's, such as https://d111111abcdef8.cloudfront.net
  --out FILE      what was written before and how far is kept beside it
  --from TIME     RFC 3339 or ms since 1970; 15 minutes ago when not given
  --to TIME       without it, all up to now, and more when run again
  --format NAME   native, ecs, ocsf, eve or csv
  --filter TEXT   only rows that it lets through, e.g. 'country:CN class:ssh'
  --by WORD       time or arrival
  --late LENGTH   how long after --to rows may have come, e.g. 7d
  --operator      the operator's events; SKIRMISH_TOKEN in the environment
                  holds the token
  --help          show this`;

const ASKED = ['from', 'to', 'format', 'filter', 'by', 'late'] as const;

await runCommand(async () => {
  const flags = parseFlags({
    options: {
      url: { type: 'string' },
      out: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      format: { type: 'string' },
      filter: { type: 'string' },
      by: { type: 'string' },
      late: { type: 'string' },
      operator: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (flags.help) return console.log(HELP);
  if (flags.url === undefined || flags.out === undefined) {
    throw new CommandError(`--url and --out are needed.\n\n${HELP}`);
  }
  const token = process.env['SKIRMISH_TOKEN'];
  if (flags.operator && !token) {
    throw new CommandError('--operator needs the token. Set SKIRMISH_TOKEN to it.');
  }
  const query = new URLSearchParams(flags.operator ? { audience: 'operator' } : {});
  for (const name of ASKED) if (flags[name] !== undefined) query.set(name, flags[name]);
  const file = ExportFile.open(flags.out, `${query}`);
  const base = { url: flags.url, query, ...(flags.operator && token ? { token } : {}) };
  for await (const piece of pieces((cursor) => fetchPiece(base, cursor), file.cursor)) {
    file.append(piece);
    process.stderr.write(`\r${file.size} bytes`);
  }
  console.error(
    `\n${file.isComplete ? 'That is all.' : 'That is all for now: run it again for more.'}`,
  );
});
