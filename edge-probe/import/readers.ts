import { CowrieReader } from './cowrie.ts';
import type { ImportRows } from './import-rows.ts';
import type { ImportFormat, LineReader } from './line-reader.ts';
import { NativeReader } from './native.ts';
import { SuricataReader } from './suricata.ts';
import { VpcReader } from './vpc.ts';
import { ZeekReader } from './zeek.ts';

const READERS: Readonly<Record<ImportFormat, new (rows: ImportRows) => LineReader>> = {
  suricata: SuricataReader,
  zeek: ZeekReader,
  cowrie: CowrieReader,
  vpc: VpcReader,
  ndjson: NativeReader,
};

/** One reader a format, for files of which one may end what another begins. */
export class Readers {
  readonly #rows: ImportRows;
  readonly #readers = new Map<ImportFormat, LineReader>();

  constructor(rows: ImportRows) {
    this.#rows = rows;
  }

  /** The reader of that format. */
  of(format: ImportFormat): LineReader {
    const known = this.#readers.get(format);
    if (known) return known;
    const reader = new READERS[format](this.#rows);
    this.#readers.set(format, reader);
    return reader;
  }

  /** Makes rows of what waited for more. */
  finish(): void {
    for (const reader of this.#readers.values()) reader.finish();
  }
}
