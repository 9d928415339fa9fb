import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { PROVENANCE } from '../../core/event/kinds.ts';
import { readCaptureFile } from '../capture/file.ts';
import type { CaptureEnd } from '../capture/reader.ts';
import { CUTTING, newBoot } from '../ship/boot.ts';
import { Directory } from '../watch/directory.ts';
import { fileIdentity } from '../watch/file-identity.ts';
import { FinishedFiles } from '../watch/finished-files.ts';
import { Ledger } from '../watch/ledger.ts';
import { moveInto, putAway } from '../watch/put-away.ts';
import { explainEnd } from './capture-file-error.ts';
import type { WatchCommand } from './command.ts';
import { ProbeError, reasonOf } from './probe-error.ts';
import { DRAIN_MS, openPipeline, type RunContext, startStatus } from './run-context.ts';
import { type Status, sayStatus } from './status.ts';
import { NO_STATUS, sumStatus } from './status-sum.ts';

/** Where files that cannot be read go when those that can are not kept either. */
const UNREADABLE = 'unreadable';

/** Reads the files of a directory as they are finished, until it is stopped; resolves with the exit code. */
export async function runWatch(command: WatchCommand, context: RunContext): Promise<number> {
  const watcher = new Watcher(command, context);
  await watcher.open();
  const output = { ...context.output, format: command.status };
  const stopStatus = startStatus(output, () => watcher.status(false), {
    port: command.metricsPort,
    note: context.note,
  });
  try {
    await watcher.run();
  } finally {
    stopStatus();
    sayStatus(output, watcher.status(true));
  }
  return 0;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** One directory being watched. */
class Watcher {
  readonly #command: WatchCommand;
  readonly #context: RunContext;
  readonly #directory: Directory;
  readonly #ledger: Ledger;
  readonly #finished: FinishedFiles;
  /** What decides how files are cut into batches. */
  readonly #cut: string;
  /** Finished files that were dealt with, as the directory showed them: they need not be opened again. */
  #known = new Set<string>();
  #before: Status = NO_STATUS;
  #current: () => Status = () => NO_STATUS;

  constructor(command: WatchCommand, context: RunContext) {
    const { shipping, directory, settleMs } = command;
    const key = digest(resolve(directory));
    this.#cut = digest(JSON.stringify([CUTTING, command.metering]));
    this.#command = command;
    this.#context = context;
    this.#directory = new Directory(directory);
    this.#ledger = new Ledger(join(shipping.stateDir, shipping.probe, `watch-${key}.jsonl`));
    this.#finished = new FinishedFiles(settleMs);
  }

  async open(): Promise<void> {
    const { directory, shipping } = this.#command;
    try {
      this.#directory.start();
      await this.#directory.files();
    } catch (error) {
      throw new ProbeError('failed', `cannot watch ${directory}: ${reasonOf(error)}`, error);
    }
    await this.#ledger.open().catch((error: unknown) => {
      throw new ProbeError(
        'failed',
        `cannot remember what was read: ${reasonOf(error)}. Give --state-dir a directory that this user can write to, not ${shipping.stateDir}.`,
        error,
      );
    });
  }

  async run(): Promise<void> {
    const { stop } = this.#context;
    let told = '';
    while (!stop.aborted) {
      try {
        await this.#look(stop);
        told = '';
      } catch (error) {
        if (error instanceof ProbeError) throw error;
        const problem = `cannot look into ${this.#command.directory}: ${reasonOf(error)}`;
        if (problem !== told) this.#context.note(`${problem}; trying again`);
        told = problem;
      }
      await this.#directory.change(stop);
    }
    this.#directory.stop();
  }

  status(final: boolean): Status {
    return { ...sumStatus(this.#before, this.#current()), final };
  }

  async #look(stop: AbortSignal): Promise<void> {
    const finished = this.#finished.look(await this.#directory.files(), performance.now());
    const known = new Set<string>();
    for (const { name, inode, size, mtimeMs } of finished) {
      if (stop.aborted) return;
      const key = `${inode}:${size}:${mtimeMs}`;
      if (!this.#known.has(key)) await this.#take(join(this.#command.directory, name), stop);
      known.add(key);
    }
    this.#known = known;
  }

  async #take(path: string, stop: AbortSignal): Promise<void> {
    const id = await fileIdentity(path).catch((error: unknown) => {
      this.#context.note(`${path}: ${reasonOf(error)}`);
      return undefined;
    });
    if (id === undefined) return;
    const before = this.#ledger.get(id);
    if (before?.outcome === 'unreadable') return;
    if (before?.outcome === 'done') return this.#afterwards(path);
    const boot = before?.cut === this.#cut ? before.boot : newBoot().id;
    const entry = { id, boot, cut: this.#cut, name: path };
    if (!this.#command.shipping.dryRun) await this.#ledger.record({ ...entry, outcome: 'begun' });
    const problem = await this.#read(path, boot, stop);
    if (stop.aborted) return;
    if (problem) this.#context.note(problem.message);
    const outcome = problem?.nothingRead === true ? 'unreadable' : 'done';
    if (this.#command.shipping.dryRun) return;
    await this.#ledger.record({ ...entry, outcome });
    await (outcome === 'done' ? this.#afterwards(path) : this.#setAside(path));
  }

  /** Ships a whole file under its own boot, so that reading it again after a kill repeats the same batches. */
  async #read(
    path: string,
    boot: string,
    stop: AbortSignal,
  ): Promise<ReturnType<typeof explainEnd>> {
    const { pipeline, close } = await openPipeline(
      this.#command,
      {
        provenance: PROVENANCE.replayed,
        whenFull: 'wait',
        clock: 'capture',
        endless: true,
        spool: 'memory',
        batchMs: Number.POSITIVE_INFINITY,
        boot,
      },
      this.#context,
    );
    const failing = new AbortController();
    let failure: unknown;
    pipeline.start((error) => {
      failure = error;
      failing.abort();
    });
    this.#current = () => pipeline.status(0, false);
    const ending = AbortSignal.any([stop, failing.signal]);
    const end = await readToEnd(path, pipeline, ending);
    if (!ending.aborted) pipeline.finish();
    await pipeline.untilShipped(ending);
    await pipeline.drain(DRAIN_MS);
    this.#before = sumStatus(this.#before, pipeline.status(0, false));
    this.#current = () => NO_STATUS;
    close();
    if (failure !== undefined) throw new ProbeError('failed', reasonOf(failure), failure);
    return explainEnd(path, end);
  }

  async #afterwards(path: string): Promise<void> {
    await putAway(path, this.#command.after).catch((error: unknown) => {
      this.#context.note(`${path} was read and stays where it is: ${reasonOf(error)}`);
    });
  }

  async #setAside(path: string): Promise<void> {
    if (this.#command.after.kind === 'keep') return;
    try {
      const to = await moveInto(path, join(this.#command.directory, UNREADABLE));
      this.#context.note(`set aside as ${to}`);
    } catch (error) {
      this.#context.note(`${path} cannot be read and stays where it is: ${reasonOf(error)}`);
    }
  }
}

/** How reading ended; a file that cannot be opened or read is as one that is damaged from its beginning. */
async function readToEnd(
  path: string,
  pipeline: Awaited<ReturnType<typeof openPipeline>>['pipeline'],
  stop: AbortSignal,
): Promise<Pick<CaptureEnd, 'packets' | 'truncated' | 'error'> & Partial<CaptureEnd>> {
  return readCaptureFile(path, pipeline.packet, {
    signal: stop,
    onChunk: () => pipeline.untilRoom(stop),
  });
}
