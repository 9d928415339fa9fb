import { codeOf, type SpoolFiles } from './files.ts';
import { type Ledger, writeLedger } from './ledger.ts';
import { segmentName } from './segment-name.ts';
import type { Segments } from './segments.ts';

/** What is acknowledged is written down this often; after a crash in between it is sent again, which the log tells. */
const EVERY_MS = 1_000;

export interface LedgerKeeperOptions {
  readonly files: SpoolFiles;
  readonly segments: Segments;
  readonly nextId: () => number;
  readonly rest: () => Pick<Ledger, 'worked' | 'hollow'>;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Writes the ledger when something has changed, and only then deletes the files that it does not need. */
export class LedgerKeeper {
  readonly #options: LedgerKeeperOptions;
  readonly #stop = new AbortController();
  #hurry = new AbortController();
  #begun = false;
  #dirty = false;
  #closing = false;
  #running: Promise<void> | undefined;

  constructor(options: LedgerKeeperOptions) {
    this.#options = options;
  }

  /** The folder's own ledger was read: from now on this one is the truth. */
  begin(): void {
    this.#begun = true;
    this.touch();
  }

  /** Something has changed; `urgent` when files have to go. */
  touch(urgent = false): void {
    this.#dirty = true;
    if (urgent) this.#hurry.abort();
    if (this.#begun && !this.#stop.signal.aborted) this.#running ??= this.#run();
  }

  /** Writes the last changes. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#hurry.abort();
    await this.#running;
    this.#closing = true;
    if (this.#begun) await this.#save();
  }

  async #run(): Promise<void> {
    while (this.#dirty && !this.#stop.signal.aborted) {
      await this.#options.sleep(EVERY_MS, this.#hurry.signal);
      if (this.#stop.signal.aborted) break;
      this.#hurry = new AbortController();
      const saved = await this.#save();
      if (!saved) await this.#options.sleep(EVERY_MS, this.#stop.signal);
    }
    this.#running = undefined;
  }

  async #save(): Promise<boolean> {
    const { files, segments, nextId, rest } = this.#options;
    this.#dirty = false;
    const finished = segments.finished();
    const first = segments.first(nextId());
    const done = [...segments.done, ...finished.map(({ id }) => id)].filter((id) => id >= first);
    const { released } = segments;
    let saved = true;
    try {
      const open = !this.#closing;
      await writeLedger(files, { first, next: nextId(), open, done, released, ...rest() });
    } catch {
      // The writer says what is wrong with the disk. What is acknowledged is then sent again after a crash, and the
      // files that are not needed go in any case: they may be what fills the disk.
      this.#dirty = true;
      saved = false;
    }
    for (const segment of finished) {
      try {
        await files.remove(segmentName(segment.id));
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') {
          this.#dirty = true;
          continue;
        }
      }
      segments.forget(segment, first);
    }
    return saved && !this.#dirty;
  }
}
