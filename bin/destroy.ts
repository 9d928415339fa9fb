import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { CONFIG_FILE, readConfig } from '../lib/config.ts';
import { ROOT } from '../lib/paths.ts';
import { STACKS } from '../lib/stack-names.ts';
import { Account, type StackOutputs } from './command/account.ts';
import { emptyBucket } from './command/bucket.ts';
import { CommandError, runCommand } from './command/command-error.ts';
import { parseFlags } from './command/sensor-options.ts';
import { STATE_FLAGS, STATE_HELP, StateFolder } from './command/state.ts';

const HELP = `Usage: npm run destroy [-- --yes]

Deletes both stacks with everything in them: page, logs, registry, stream, quarantine, log groups.

  --yes           do not ask
${STATE_HELP}
  --help          show this`;

await runCommand(async () => {
  const flags = parseFlags({
    options: { ...STATE_FLAGS, yes: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (flags.help) return console.log(HELP);
  const { retainData } = readConfig(join(ROOT, CONFIG_FILE));
  const account = await Account.open();
  if (!flags.yes) await confirm(account.region);
  // The site imports the pipeline's outputs, so it goes first.
  for (const stack of [STACKS.site, STACKS.pipeline]) {
    const outputs = await account.outputs(stack);
    if (outputs === undefined) {
      console.log(`${stack}: not in ${account.region}`);
      continue;
    }
    console.log(`${stack}: deleting`);
    await deleteStack(account, stack, retainData ? {} : outputs);
    console.log(`${stack}: deleted`);
  }
  new StateFolder(flags['state-dir']).clear();
  console.log(
    retainData
      ? `Kept, because ${CONFIG_FILE} says retainData: the tables, the stream and the buckets.`
      : 'Nothing of Skirmish is left but its files in the CDK bootstrap bucket (stack CDKToolkit), which other apps may use.',
  );
});

/** Wrangle may set a batch aside between emptying and deleting: then the second try finds no writer any more. */
async function deleteStack(account: Account, stack: string, outputs: StackOutputs): Promise<void> {
  const buckets = ['SiteBucketName', 'QuarantineBucketName'].flatMap((name) => outputs[name] ?? []);
  const attempt = async (): Promise<void> => {
    for (const bucket of buckets) await emptyBucket(bucket);
    await account.delete(stack);
  };
  await attempt().catch(async (error: unknown) => {
    if (buckets.length === 0) throw error;
    await attempt();
  });
}

async function confirm(region: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new CommandError('There is no terminal to ask at: give --yes to delete everything.', {
      exitCode: 2,
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Delete Skirmish and all its data in ${region}? (yes) `);
  terminal.close();
  if (answer.trim().toLowerCase() !== 'yes') throw new CommandError('Nothing was deleted.');
}
