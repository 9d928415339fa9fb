import { PROVENANCE } from '../../core/event/kinds.ts';
import type { RowSink } from '../flow/ports.ts';
import { FollowJournal, type FollowState, type FollowStep } from '../import/follow-journal.ts';
import { FollowedFile } from '../import/followed-file.ts';
import { ImportRows } from '../import/import-rows.ts';
import { newBoot } from '../ship/boot.ts';
import type { ImportCommand } from './command.ts';
import { ImportSums } from './import-sums.ts';
import type { Pipeline } from './pipeline.ts';
import { ProbeError, reasonOf } from './probe-error.ts';
import { DRAIN_MS, openPipeline, type RunContext, startRun } from './run-context.ts';
import { sleep } from './sleep.ts';

/** How often files are looked at, ms: what is new of one then is a batch. */
const LOOK_MS = 1_000;
/** A batch is made earlier when so many rows wait: half of what fits. */
const STEP_ROWS = 2_500;

/**
 * Imports what is appended to files until it is stopped, and looks for it every `lookMs`; resolves with the exit code.
 */
export async function runFollow(
  command: ImportCommand,
  context: RunContext,
  lookMs: number = LOOK_MS,
): Promise<number> {
  const { shipping, files } = command;
  const journal = shipping.dryRun
    ? undefined
    : new FollowJournal(shipping.stateDir, shipping.probe, files);
  const sink: RowSink = { add: (...row) => opened.pipeline.rows.add(...row) };
  const rows = new ImportRows(sink, () => Date.now());
  const follower = new Follower(command, { context, journal, rows });
  const { boot, sequence: after } = await follower.begin(journal?.read());
  const opened = await openPipeline(
    { shipping, metering: undefined },
    {
      ...{ provenance: PROVENANCE.measured, whenFull: 'wait', clock: 'wall', endless: true },
      ...{ boot, after },
    },
    context,
  );
  const { pipeline } = opened;
  const { stop, end } = startRun(opened, command, context, (status) =>
    follower.sums.status(status),
  );
  try {
    await follower.repeat(pipeline, stop);
    while (!stop.aborted) {
      await follower.look(pipeline, stop);
      await sleep(lookMs, stop);
    }
  } finally {
    await follower.close();
    await pipeline.drain(DRAIN_MS);
    // What the disk does not have is made again at the next start.
    if (pipeline.status(0, true).spool.volatileEvents === 0) follower.finish();
    end();
  }
  return 0;
}

interface FollowerParts {
  readonly context: RunContext;
  readonly journal: FollowJournal | undefined;
  readonly rows: ImportRows;
}

/** Follows files, a step at a time: lines of one file, remembered before their last batch leaves. */
class Follower {
  readonly sums: ImportSums;
  readonly #parts: FollowerParts;
  readonly #files: ReadonlyMap<string, FollowedFile>;
  readonly #troubles = new Map<string, string>();
  #boot = newBoot().id;
  #sequence = 0;
  #from: FollowState = { flow: 0, files: {} };
  /** The last step of the run before, which is to be made again. */
  #begun: FollowStep | undefined;
  #isAccepted = true;
  #rowsBefore = 0;

  constructor({ files, format }: ImportCommand, parts: FollowerParts) {
    this.#parts = parts;
    this.sums = new ImportSums(parts.rows);
    const { rows, context } = parts;
    const { note } = context;
    this.#files = new Map(
      files.map((path) => {
        const onBad = (_: number, { message }: { readonly message: string }): void =>
          note(`${path}: a line is not used: ${message}`);
        return [path, new FollowedFile({ path, format, rows, onBad, note })];
      }),
    );
  }

  /** Begins at the ends of the files, or where the run before was; under which boot, and after which of its batches. */
  async begin(
    before: FollowStep | undefined,
  ): Promise<{ readonly boot: string; readonly sequence: number }> {
    let isWhole = before !== undefined;
    for (const [path, file] of this.#files) {
      const saved = before?.from.files[path];
      if (saved === undefined) await file.begin();
      else if (!(await file.resume(saved))) isWhole = (await this.#miss(path, before)) && isWhole;
    }
    if (before !== undefined && isWhole) {
      this.#boot = before.boot;
      this.#sequence = before.sequence;
      this.#begun = before;
    }
    this.#parts.rows.continueAfter(before?.from.flow ?? 0);
    this.#from = this.#save();
    if (this.#begun === undefined) this.#remember('', this.#from);
    return { boot: this.#boot, sequence: this.#sequence };
  }

  /** Makes the batches of the last step again: whether they were taken is not known, and who has them takes none twice. */
  async repeat(pipeline: Pipeline, stop: AbortSignal): Promise<void> {
    const { path = '', from, to } = this.#begun ?? {};
    const file = this.#files.get(path);
    const begin = from?.files[path];
    const end = to?.files[path];
    if (!file || !begin || !end) return;
    const until = end.file === begin.file ? end.offset : undefined;
    while (!stop.aborted && (await file.read(until)) === 'more');
    if (!stop.aborted) await this.#cut(pipeline, stop);
  }

  /** Reads what is new in all files. */
  async look(pipeline: Pipeline, stop: AbortSignal): Promise<void> {
    for (const [path, file] of this.#files) {
      try {
        await this.#readNew([path, file], pipeline, stop);
        this.#troubles.delete(path);
      } catch (error) {
        if (error instanceof ProbeError) throw error;
        const trouble = reasonOf(error);
        const { note } = this.#parts.context;
        if (this.#troubles.get(path) !== trouble) note(`${path}: ${trouble}; trying again`);
        this.#troubles.set(path, trouble);
      }
      this.sums.set(path, file.counts);
    }
  }

  async close(): Promise<void> {
    for (const file of this.#files.values()) await file.close();
  }

  /** Every batch is the spool's: nothing is to be made again. */
  finish(): void {
    if (this.#isAccepted) this.#remember('', this.#from);
  }

  /** Whether the run before can be gone on with though what its last step read is gone. */
  async #miss(path: string, before: FollowStep | undefined): Promise<boolean> {
    const later = before?.to.files[path];
    const { note } = this.#parts.context;
    const isThere = later !== undefined && (await this.#files.get(path)?.resume(later)) === true;
    if (isThere) {
      note(`${path}: the file before is gone: what of it was not sent yet is lost`);
    } else {
      note(
        `${path}: what was written while the probe was stopped is gone: reading the file that is there from its beginning`,
      );
    }
    return before?.path !== path;
  }

  async #readNew(
    [path, file]: readonly [string, FollowedFile],
    pipeline: Pipeline,
    stop: AbortSignal,
  ): Promise<void> {
    let news: Awaited<ReturnType<FollowedFile['read']>> = 'more';
    while (news !== 'end' && !stop.aborted) {
      news = await file.read();
      if (news === 'more' && this.#waitingRows < STEP_ROWS) continue;
      if (this.#waitingRows > 0) this.#remember(path, this.#save());
      await this.#cut(pipeline, stop);
      await pipeline.untilRoom(stop);
    }
  }

  get #waitingRows(): number {
    return this.#parts.rows.made - this.#rowsBefore;
  }

  async #cut(pipeline: Pipeline, stop: AbortSignal): Promise<void> {
    const { rows } = this.#parts;
    this.#isAccepted = false;
    this.#sequence = pipeline.cut();
    rows.forgetNames();
    this.#rowsBefore = rows.made;
    this.#from = this.#save();
    await pipeline.untilAccepted(stop);
    this.#isAccepted = true;
  }

  #remember(path: string, to: FollowState): void {
    const { journal } = this.#parts;
    const step = { boot: this.#boot, sequence: this.#sequence, path };
    journal?.write({ ...step, from: this.#from, to });
  }

  #save(): FollowState {
    const files = [...this.#files].map(([path, file]) => [path, file.save()] as const);
    return { flow: this.#parts.rows.lastFlow, files: Object.fromEntries(files) };
  }
}
