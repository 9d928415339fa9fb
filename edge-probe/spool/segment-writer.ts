import { backoffMs } from '../ship/backoff.ts';
import { type Entry, newSegment, type Segment } from './entry.ts';
import { codeOf, type SpoolFile, type SpoolFiles, writeWhole } from './files.ts';
import { encodeRecord, recordBytes, SEGMENT_HEADER_BYTES, segmentHeader } from './record.ts';
import { segmentName } from './segment-name.ts';

/** What one sync covers at most. */
const GROUP_BYTES = 1024 * 1024;
/** A disk that refused is asked again after this, and then less and less often. */
const RETRY = { firstMs: 250, limitMs: 10_000 };

const MAX_SEGMENT_BYTES = 8 * 1024 * 1024;
/** Segments that make up a full spool: the oldest is dropped whole. */
const MIN_SEGMENTS = 8;

export interface SegmentWriterOptions {
  readonly files: SpoolFiles;
  /** Bytes of all segments of a full spool. */
  readonly limitBytes: number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
  /** When an entry was appended, ms since the epoch. */
  readonly appendedAt: (entry: Entry) => number;
  readonly onSegment: (segment: Segment) => void;
  /** These are on the disk now; some may be gone already. */
  readonly onWritten: (entries: readonly Entry[]) => void;
  /** The disk refused for this reason (a system error's code), or takes batches again. */
  readonly onTrouble: (code: string | undefined) => void;
}

interface Open {
  readonly segment: Segment;
  readonly file: SpoolFile;
  /** Its name in the folder is on the disk. */
  named: boolean;
}

/** Appends batches to segments: what comes while one group is written and synced shares the next sync. */
export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  readonly #stop = new AbortController();
  readonly #segmentBytes: number;
  #pending: Entry[] = [];
  #pendingBytes = 0;
  #open: Open | undefined;
  #nextId: number | undefined;
  #running: Promise<void> = Promise.resolve();
  #isRunning = false;
  #failures = 0;

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
    this.#segmentBytes = Math.min(MAX_SEGMENT_BYTES, options.limitBytes / MIN_SEGMENTS);
  }

  /** Bytes that are in memory only. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  get failing(): boolean {
    return this.#failures > 0;
  }

  /** The lowest id that no segment has. */
  get nextId(): number {
    return this.#nextId ?? 1;
  }

  /** Begins to write, to segments from this id on. */
  begin(nextId: number): void {
    this.#nextId = nextId;
    this.#wake();
  }

  append(entry: Entry): void {
    this.#pending.push(entry);
    this.#pendingBytes += entry.size;
    this.#wake();
  }

  /** An entry without a place is gone: it need not be written any more. */
  forget(entry: Entry): void {
    this.#pendingBytes -= entry.size;
  }

  /** The oldest of those in memory only and never sent that are too many for `memoryBytes`. */
  surplus(memoryBytes: number): Entry[] {
    let bytes = this.#pendingBytes - memoryBytes;
    if (bytes <= 0) return [];
    return this.#pending.filter((entry) => {
      if (bytes <= 0 || entry.state !== 'waiting' || entry.attempted) return false;
      bytes -= entry.size;
      return true;
    });
  }

  /** Writes what there is, tries a refusing disk once more, and closes. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#closeSegment();
  }

  #wake(): void {
    if (this.#isRunning || this.#nextId === undefined || this.#stop.signal.aborted) return;
    this.#isRunning = true;
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    for (;;) {
      const group = this.#nextGroup();
      if (group.length === 0) break;
      try {
        await this.#write(group);
        if (this.#failures > 0) this.#options.onTrouble(undefined);
        this.#failures = 0;
      } catch (error) {
        this.#failures++;
        await this.#abandonSegment();
        this.#options.onTrouble(codeOf(error));
        if (this.#stop.signal.aborted) break;
        await this.#options.sleep(
          backoffMs(this.#failures, this.#options.random(), RETRY),
          this.#stop.signal,
        );
      }
    }
    this.#isRunning = false;
  }

  #nextGroup(): Entry[] {
    this.#pending = this.#pending.filter(({ state }) => state !== 'gone');
    let bytes = 0;
    let count = 0;
    for (const entry of this.#pending) {
      bytes += entry.size;
      if (count > 0 && bytes > GROUP_BYTES) break;
      count++;
    }
    return this.#pending.slice(0, count);
  }

  async #write(group: readonly Entry[]): Promise<void> {
    const open = this.#open ?? (await this.#begin());
    const { segment, file } = open;
    const parts = segment.size === 0 ? [segmentHeader(segment.id)] : [];
    for (const [i, entry] of group.entries()) {
      const bytes = entry.bytes as Uint8Array;
      const at = { segment: segment.id, index: segment.records + i };
      const appendedAt = this.#options.appendedAt(entry);
      parts.push(encodeRecord({ ...entry, bytes }, { ...at, appendedAt }));
    }
    const bytes = Buffer.concat(parts);
    await writeWhole(file, bytes, segment.size);
    await file.sync();
    if (!open.named) await this.#options.files.sync();
    open.named = true;
    this.#place(group, segment);
    segment.size += bytes.length;
    if (segment.size >= this.#segmentBytes) await this.#closeSegment();
  }

  /** Everything in the group is on the disk. */
  #place(group: readonly Entry[], segment: Segment): void {
    let at = Math.max(segment.size, SEGMENT_HEADER_BYTES);
    this.#pending.splice(0, group.length);
    for (const entry of group) {
      const end = at + recordBytes(entry.probe, entry.size);
      const index = segment.records++;
      if (entry.state === 'gone') segment.released.add(index);
      else {
        entry.place = { segment, index, offset: end - entry.size };
        segment.entries.add(entry);
        this.#pendingBytes -= entry.size;
      }
      at = end;
    }
    this.#options.onWritten(group);
  }

  /** A segment is known before its file is: a ledger written meanwhile must not count it as done with. */
  async #begin(): Promise<Open> {
    for (;;) {
      const segment = newSegment(this.nextId);
      this.#nextId = segment.id + 1;
      this.#options.onSegment(segment);
      try {
        const file = await this.#options.files.create(segmentName(segment.id));
        this.#open = { segment, file, named: false };
        return this.#open;
      } catch (error) {
        if (codeOf(error) === 'EEXIST') continue;
        segment.closed = true;
        throw error;
      }
    }
  }

  /**
   * After a failed write or sync nothing is known of what followed the last good sync (fsync reports an error once and
   * the pages count as clean afterwards): the segment ends there and the group is written to another one.
   */
  async #abandonSegment(): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    try {
      await open.file.truncate(open.segment.size);
    } catch {
      // What stays behind the last good sync is told from its batches elsewhere by their identities.
    }
    await this.#closeSegment();
  }

  async #closeSegment(): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    open.segment.closed = true;
    try {
      await open.file.close();
    } catch {
      // Everything that counts was synced before; the descriptor is gone either way.
    }
  }
}
