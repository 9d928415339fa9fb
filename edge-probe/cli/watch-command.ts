import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PROVENANCE } from '../../core/event/kinds.ts';
import { readCaptureFile } from '../capture/file.ts';
import type { PacketHandler } from '../capture/packet.ts';
import type { CaptureEnd } from '../capture/reader.ts';
import { CUTTING, newBoot } from '../ship/boot.ts';
import { Directory } from '../watch/directory.ts';
import { type FileIdentity, fileIdentity } from '../watch/file-identity.ts';
import { FinishedFiles } from '../watch/finished-files.ts';
import { type Entry, Ledger, type Outcome } from '../watch/ledger.ts';
import { moveInto, putAway } from '../watch/put-away.ts';
import { explainEnd } from './capture-file-error.ts';
import type { WatchCommand } from './command.ts';
import { ProbeError, reasonOf } from './probe-error.ts';
import { DRAIN_MS, openPipeline, type RunContext, startStatus } from './run-context.ts';
import { type Status, sayStatus } from './status.ts';
import { NO_STATUS, sumStatus } from './status-sum.ts';

/** Where files that cannot be read go when those that can are not kept either. */
const UNREADABLE = 'unreadable';

/** How much of a file is read, without its first packets, and under which identity. */
interface Part {
  readonly boot: string;
  readonly bytes: number;
  readonly skip: number;
}

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
        const problem = `${this.#command.directory}: ${reasonOf(error)}`;
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
    try {
      const part = await fileIdentity(path);
      const outcome = await this.#readPart(path, part, stop);
      // What came meanwhile is read when it is finished too.
      if (outcome === undefined || (await stat(path)).size !== part.size) return;
      await (outcome === 'done' ? this.#afterwards(path) : this.#setAside(path));
    } catch (error) {
      if (error instanceof ProbeError) throw error;
      this.#context.note(`${path}: ${reasonOf(error)}`);
    }
  }

  /** What became of a file as far as `part` tells of it; undefined when that is to be left as it is. */
  async #readPart(
    path: string,
    part: FileIdentity,
    stop: AbortSignal,
  ): Promise<Outcome | undefined> {
    const before = this.#ledger.get(part.id);
    if (before?.outcome === 'done') return 'done';
    if (before?.outcome === 'unreadable') return undefined;
    const skip = await this.#readShorter(path, part, stop);
    if (stop.aborted) return undefined;
    const boot = before?.cut === this.#cut ? before.boot : newBoot().id;
    const entry = { ...part, boot, cut: this.#cut, name: path };
    const { dryRun } = this.#command.shipping;
    if (!dryRun) await this.#remember({ ...entry, packets: 0, outcome: 'begun' });
    const end = await this.#read(path, { boot, bytes: part.size, skip }, stop);
    if (stop.aborted) return undefined;
    const problem = end && explainEnd(path, end);
    if (problem) this.#context.note(problem.message);
    const outcome = !end || problem?.nothingRead === true ? 'unreadable' : 'done';
    if (dryRun) return undefined;
    await this.#remember({ ...entry, packets: end?.packets ?? 0, outcome });
    return outcome;
  }

  /**
   * Packets that were read of a file when it was shorter. What was begun then is read to its end of then first: under its
   * boot more packets would be other batches.
   */
  async #readShorter(path: string, part: FileIdentity, stop: AbortSignal): Promise<number> {
    for (const entry of this.#ledger.shorter(part)) {
      const { id, size, outcome, cut } = entry;
      if (outcome === 'unreadable' || (outcome === 'begun' && cut !== this.#cut)) continue;
      const then = await fileIdentity(path, size);
      if (then.id !== id) continue;
      if (outcome === 'begun') await this.#readPart(path, then, stop);
      return this.#ledger.get(id)?.packets ?? 0;
    }
    return 0;
  }

  async #remember(entry: Entry): Promise<void> {
    await this.#ledger.record(entry).catch((error: unknown) => {
      throw new Error(`cannot remember what was read: ${reasonOf(error)}`, { cause: error });
    });
  }

  /** Ships a part of a file under its own boot, so that reading it again after a kill repeats the same batches. */
  async #read(
    path: string,
    { boot, bytes, skip }: Part,
    stop: AbortSignal,
  ): Promise<CaptureEnd | undefined> {
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
    const end = await readCaptureFile(path, skipping(skip, pipeline.packet), {
      signal: ending,
      bytes,
      onChunk: () => pipeline.untilRoom(ending),
    }).catch((error: unknown) => {
      this.#context.note(`${path}: ${reasonOf(error)}`);
      return undefined;
    });
    if (!ending.aborted) pipeline.finish();
    await pipeline.untilShipped(ending);
    await pipeline.drain(DRAIN_MS);
    this.#before = sumStatus(this.#before, pipeline.status(0, false));
    this.#current = () => NO_STATUS;
    close();
    if (failure !== undefined) throw new ProbeError('failed', reasonOf(failure), failure);
    return end;
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

/** Hands over all but the first packets. */
function skipping(packets: number, next: PacketHandler): PacketHandler {
  if (packets === 0) return next;
  let left = packets;
  return (...packet) => {
    if (left > 0) left--;
    else next(...packet);
  };
}
