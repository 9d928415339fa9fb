import type { Entry } from './entry.ts';
import { codeOf, readRange, type SpoolFile, type SpoolFiles } from './files.ts';
import { readRecord, recordBytes } from './record.ts';
import { segmentName } from './segment-name.ts';

/** Readings that fail with the disk's own errors before a batch counts as damaged. */
const TRIES = 5;
/** The disk is not at fault: the same may succeed later. */
const PASSING = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR']);

/** What became of entries whose bytes were wanted. */
export interface Loaded {
  readonly ready: readonly { readonly entry: Entry; readonly bytes: Uint8Array }[];
  /** To be asked for again. */
  readonly later: readonly Entry[];
  /** Not to be read any more. */
  readonly damaged: readonly Entry[];
}

/** Reads batches back from the disk. */
export class BatchLoader {
  readonly #files: SpoolFiles;
  readonly #failures = new WeakMap<Entry, number>();

  constructor(files: SpoolFiles) {
    this.#files = files;
  }

  /** The sealed bytes of the entries, in their order. */
  async load(entries: readonly Entry[]): Promise<Loaded> {
    const loaded = {
      ready: [] as { entry: Entry; bytes: Uint8Array }[],
      later: [] as Entry[],
      damaged: [] as Entry[],
    };
    const open = new Map<number, SpoolFile>();
    for (const entry of entries) {
      try {
        const bytes = entry.bytes ?? (await this.#read(entry, open));
        if (bytes === undefined) loaded.damaged.push(entry);
        else loaded.ready.push({ entry, bytes });
      } catch (error) {
        loaded[this.#isLost(entry, codeOf(error)) ? 'damaged' : 'later'].push(entry);
      }
    }
    // Nothing was written to them: a failing close loses nothing.
    await Promise.allSettled([...open.values()].map((file) => file.close()));
    return loaded;
  }

  async #read(entry: Entry, open: Map<number, SpoolFile>): Promise<Uint8Array | undefined> {
    const { place } = entry;
    if (place === undefined) return undefined;
    const { id } = place.segment;
    let file = open.get(id);
    if (file === undefined) {
      file = await this.#files.open(segmentName(id), 'read');
      open.set(id, file);
    }
    const length = recordBytes(entry.probe, entry.size);
    const from = place.offset + entry.size - length;
    const record = Buffer.from((await readRange(file, from, length)).buffer);
    const found = readRecord(record, 0, id);
    const same = found?.sequence === entry.sequence && found.boot === entry.boot;
    return same ? record.subarray(length - entry.size) : undefined;
  }

  #isLost(entry: Entry, code: string): boolean {
    if (code === 'ENOENT') return true;
    if (PASSING.has(code)) return false;
    const failures = (this.#failures.get(entry) ?? 0) + 1;
    this.#failures.set(entry, failures);
    return failures >= TRIES;
  }
}
