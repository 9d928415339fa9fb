import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ProbeError, reasonOf } from '../cli/probe-error.ts';
import { writeDurably } from './write-durably.ts';

/** Raise it whenever the meter would cut the same file into other batches: an older state then starts a new replay. */
export const CUTTING = 2;

/** Who sends: new at every start, or kept until a replay is through. */
export interface Boot {
  /** 16 lower-case hex digits. */
  readonly id: string;
  /** It continues a replay that was cut before. */
  readonly resumed: boolean;
  /** Everything is acknowledged: the next replay of the same files is a new one. */
  finish(): void;
}

/** What decides how capture files are cut into batches. */
export interface Cutting {
  /** Longest capture time of a batch, ms; a replay that goes on keeps the one it was begun with. */
  readonly batchMs: number;
  /** All else, as text: with another it is another replay. */
  readonly rest: string;
}

/** The identity of a replay, and the capture time of its batches. */
export interface ReplayBoot extends Boot {
  readonly batchMs: number;
}

/** A new identity. */
export function newBoot(): Boot {
  return { id: randomBytes(8).toString('hex'), resumed: false, finish: () => {} };
}

/**
 * The identity of a replay of these files by this probe, kept in the state directory until `finish`:
 * a replay that was cut and is started again sends the same batches under the same identities,
 * at whatever speed.
 */
export function replayBoot(
  stateDir: string,
  probe: string,
  files: readonly string[],
  { batchMs, rest }: Cutting,
): ReplayBoot {
  const path = join(stateDir, `replay-${replayKey(probe, files, rest)}.json`);
  const known = readBoot(path);
  const begun = known ?? { id: randomBytes(8).toString('hex'), batchMs };
  if (!known) {
    try {
      mkdirSync(stateDir, { recursive: true, mode: 0o700 });
      const said = { boot: begun.id, batchMs: String(batchMs), probe, files };
      // What is sent under an identity must not outlive it.
      writeDurably(path, `${JSON.stringify(said)}\n`);
    } catch (error) {
      throw unusable('write', path, error);
    }
  }
  const finish = (): void => rmSync(path, { force: true });
  return { ...begun, resumed: known !== undefined, finish };
}

function replayKey(probe: string, files: readonly string[], rest: string): string {
  const hash = createHash('sha256').update(JSON.stringify([CUTTING, rest, probe]));
  for (const file of files) {
    const stat = statSync(file, { throwIfNoEntry: false });
    hash.update(JSON.stringify([resolve(file), stat?.size ?? -1, stat?.mtimeMs ?? 0]));
  }
  return hash.digest('hex').slice(0, 32);
}

function readBoot(path: string): Pick<ReplayBoot, 'id' | 'batchMs'> | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable('read', path, error);
  }
  const [, id, batchMs] = /"boot":"([0-9a-f]{16})","batchMs":"([0-9.]+|Infinity)"/.exec(text) ?? [];
  if (id !== undefined) return { id, batchMs: Number(batchMs) };
  throw new ProbeError(
    'failed',
    `${path} is damaged: it does not say under which identity the replay was begun. Remove it to replay from new; what was sent before is then counted twice.`,
  );
}

function unusable(verb: string, path: string, error: unknown): ProbeError {
  return new ProbeError(
    'failed',
    `cannot ${verb} ${path}: ${reasonOf(error)}. Give --state-dir a directory that this user can write to.`,
    error,
  );
}
