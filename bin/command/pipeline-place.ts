import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STACKS } from '../../lib/stack-names.ts';
import { Account } from './account.ts';
import { CommandError } from './command-error.ts';

/** A pipeline that a command works on. */
export interface PipelinePlace {
  readonly outputs: Readonly<Record<string, string>>;
  /** For clients of the SDK. */
  readonly client: {
    readonly region?: string;
    readonly endpoint?: string;
    readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
}

/** File in the data directory of a running `npm start` that says where it is. */
const RUNNING_FILE = 'running.json';

/** Flags that choose the pipeline, for parseArgs. */
export const PLACE_FLAGS = { 'data-dir': { type: 'string' } } as const;

/** Its line for --help. */
export const PLACE_HELP =
  '  --data-dir DIR  the pipeline of a running `npm start` with this data directory (.skirmish/local), not the deployed one';

/** The deployed pipeline of the account that the environment names, or the local one of a data directory. */
export async function pipelinePlace(dataDir: string | undefined): Promise<PipelinePlace> {
  if (dataDir !== undefined) return localPlace(dataDir);
  const account = await Account.open();
  const outputs = await account.outputs(STACKS.pipeline);
  if (outputs !== undefined) return { outputs, client: { region: account.region } };
  throw new CommandError(
    `Stack ${STACKS.pipeline} is not in ${account.region}. Set AWS_REGION to where it is, or give --data-dir for a local one.`,
  );
}

function localPlace(dataDir: string): PipelinePlace {
  const path = join(dataDir, RUNNING_FILE);
  try {
    const { endpoint, region, accessKeyId, outputs } = JSON.parse(readFileSync(path, 'utf8'));
    return {
      outputs,
      client: { endpoint, region, credentials: { accessKeyId, secretAccessKey: 'local' } },
    };
  } catch (cause) {
    throw new CommandError(
      `${path} cannot be read: start the pipeline with \`npm start\` and give its data directory.`,
      { cause },
    );
  }
}
