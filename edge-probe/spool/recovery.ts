import { newSegment, type Segment } from './entry.ts';
import { codeOf, readRange, type SpoolFiles } from './files.ts';
import { LEDGER, type Ledger, NEW, NEW_LEDGER, readLedger } from './ledger.ts';
import { type FoundRecord, readSegmentHeader, type SegmentScan, scanSegment } from './record.ts';
import { segmentId, segmentName } from './segment-name.ts';
import { SequenceRuns } from './sequence-runs.ts';

/** A file of more bytes is none of ours. */
const MAX_SEGMENT_BYTES = 256 * 1024 * 1024;
/** Files set aside that are kept for whoever wants to know what happened. */
const KEPT_DAMAGED = 4;
const DAMAGED_LEDGER = 'damaged-ledger';
const DAMAGED = /^damaged-\d{10}\.seg$/;
/** There is nothing wrong with the file: the same may succeed later. */
const PASSING = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR']);

export interface RecoveryCounters {
  /** The process before did not close the spool: what it had not accepted yet is lost. */
  uncleanEnds: number;
  /** Files that hold no batch that can be read, or not only such. */
  damagedFiles: number;
  /** Bytes of writes that were never finished, cut off. */
  tornBytes: number;
}

/** What was found in a folder before its segments are read. */
export interface Found {
  readonly ledger: Ledger;
  /** Ids of segments to read, in order. */
  readonly segments: readonly number[];
  /** The lowest id that no segment has. */
  readonly nextId: number;
}

/** A segment and the records of it that are still needed. */
export interface FoundSegment {
  readonly segment: Segment;
  readonly records: readonly FoundRecord[];
}

/** Reads a spool's folder as a crash left it. */
export class Recovery {
  readonly counters: RecoveryCounters = { uncleanEnds: 0, damagedFiles: 0, tornBytes: 0 };
  readonly #files: SpoolFiles;
  readonly #note: (message: string) => void;

  constructor(files: SpoolFiles, note: (message: string) => void) {
    this.#files = files;
    this.#note = note;
  }

  /** Rejects when the folder cannot be read. */
  async look(): Promise<Found> {
    const names = await this.#files.list();
    const ledger = await this.#readLedger(names);
    this.counters.uncleanEnds = ledger.open ? 1 : 0;
    const ids = names.flatMap((name) => segmentId(name) ?? []).sort((a, b) => a - b);
    const done = new Set(ledger.done);
    const segments = ids.filter((id) => id >= ledger.first && !done.has(id));
    const rest = ids.filter((id) => id < ledger.first || done.has(id));
    await this.#removeAll([...rest.map(segmentName), ...this.#leftovers(names)]);
    return { ledger, segments, nextId: Math.max(ledger.next, (ids.at(-1) ?? 0) + 1) };
  }

  /** Its segment and the records that are still needed; undefined when there are none. Rejects when it can be tried again. */
  async read(id: number, ledger: Ledger): Promise<FoundSegment | undefined> {
    const name = segmentName(id);
    try {
      return await this.#readSegment(id, name, ledger);
    } catch (error) {
      if (PASSING.has(codeOf(error))) throw error;
      this.counters.damagedFiles++;
      this.#note(`spool: cannot read ${name} (${codeOf(error)}): it is left as it is`);
      return leftAlone(id);
    }
  }

  async #readSegment(id: number, name: string, ledger: Ledger): Promise<FoundSegment | undefined> {
    const file = await this.#files.open(name, 'read');
    let bytes: Uint8Array;
    try {
      const size = await file.size();
      bytes = size > MAX_SEGMENT_BYTES ? new Uint8Array(1) : await readRange(file, 0, size);
    } finally {
      await file.close();
    }
    const header = readSegmentHeader(bytes, id);
    if (header === 'other-version') {
      this.#note(`spool: ${name} is of another version of the probe: it is left as it is`);
      return leftAlone(id);
    }
    const scan = scanSegment(bytes, id);
    if (scan.records.length === 0) {
      await this.#discard(name, bytes);
      return undefined;
    }
    if (header === 'damaged' || scan.damagedBytes > 0) {
      this.counters.damagedFiles++;
      this.#note(`spool: ${name} is damaged: ${scan.damagedBytes} bytes of it are no batch`);
    }
    await this.#cut(name, scan.end, bytes.length);
    return this.#segmentOf(id, scan, ledger);
  }

  #segmentOf(id: number, scan: SegmentScan, ledger: Ledger): FoundSegment {
    const released = SequenceRuns.of(ledger.released[id] ?? []);
    const segment = { ...newSegment(id), released, closed: true };
    segment.size = scan.end;
    segment.records = scan.records.length;
    return { segment, records: scan.records.filter(({ index }) => !released.has(index)) };
  }

  /** Bytes behind the last whole record were never accepted: a write was not finished. */
  async #cut(name: string, end: number, size: number): Promise<void> {
    if (size === end) return;
    this.counters.tornBytes += size - end;
    try {
      const file = await this.#files.open(name, 'change');
      try {
        await file.truncate(end);
      } finally {
        await file.close();
      }
    } catch (error) {
      this.#note(`spool: cannot cut ${name} at byte ${end} (${codeOf(error)})`);
    }
  }

  /** A file without a single batch: removed when it was only begun, else set aside. */
  async #discard(name: string, bytes: Uint8Array): Promise<void> {
    this.counters.tornBytes += bytes.length;
    if (bytes.every((byte) => byte === 0)) return this.#removeAll([name]);
    this.counters.damagedFiles++;
    this.#note(`spool: ${name} holds no whole batch: it is set aside as damaged-${name}`);
    try {
      await this.#files.rename(name, `damaged-${name}`);
    } catch (error) {
      this.#note(`spool: cannot rename ${name} (${codeOf(error)}): it is left as it is`);
    }
  }

  async #readLedger(names: readonly string[]): Promise<Ledger> {
    let reason = 'its checksum is wrong';
    try {
      const read = await readLedger(this.#files, names);
      if (read.ok) return read.value;
    } catch (error) {
      if (PASSING.has(codeOf(error))) throw error;
      reason = codeOf(error);
    }
    // Its numbers of segments that are done with must never meet new segments of the same numbers.
    await this.#files.rename(LEDGER, DAMAGED_LEDGER);
    await this.#files.sync();
    this.counters.damagedFiles++;
    this.#note(`spool: the ledger is damaged (${reason}): everything in the spool is sent again`);
    return NEW;
  }

  #leftovers(names: readonly string[]): string[] {
    const damaged = names.filter((name) => DAMAGED.test(name)).sort();
    const tooMany = damaged.slice(0, Math.max(0, damaged.length - KEPT_DAMAGED));
    return [...names.filter((name) => name === NEW_LEDGER), ...tooMany];
  }

  async #removeAll(names: readonly string[]): Promise<void> {
    for (const name of names) {
      try {
        await this.#files.remove(name);
      } catch (error) {
        this.#note(`spool: cannot remove ${name} (${codeOf(error)})`);
      }
    }
  }
}

/** A file that another start may be able to read: it never counts as done with. */
function leftAlone(id: number): FoundSegment {
  return { segment: newSegment(id), records: [] };
}
