import { resolve } from 'node:path';
import { LIST_DATABASE } from '../../core/redact/rules.ts';
import { WatchedFile } from '../geo/watched-file.ts';
import { MAX_LISTS_BYTES } from './compile.ts';
import type { FetchList } from './fetch-list.ts';
import type { ListTable } from './list-builder.ts';
import { type CompiledList, decodeList } from './list-codec.ts';
import type { ListSource } from './list-source.ts';
import { UrlList } from './url-list.ts';

/** Lists of addresses that are known for something. */
export interface Lists {
  /** Names of the lists that hold an address of the internet (4 or 16 bytes), joined by ', '; '' for none. */
  match(address: Uint8Array): string;
}

/** What lists are read with. */
export interface ListPorts {
  /** Paths of compiled lists are relative to it. */
  readonly root: string;
  readonly fetch: FetchList;
  /** Resolves after so many ms. */
  wait(ms: number): Promise<void>;
  /** UTC day of a time in ms since the epoch, '2026-11-21'. */
  dayOf(ms: number): string;
  onError(error: unknown): void;
  /** What all lists together may take of memory; MAX_LISTS_BYTES when left out. */
  readonly listBytes?: number;
}

/** What a look at the lists found. */
export interface ListsRefreshed {
  readonly replaced: number;
  readonly broken: number;
  /** Entries of no use in lists that were replaced. */
  readonly refused: number;
  /** A list that was asked for has not arrived. */
  readonly isPending: boolean;
}

/** A batch waits no longer than this for a list that is being fetched. */
const PATIENCE_MS = 1_000;

/** The operator's lists; each may be replaced while it is in use. */
export class IntelligenceLists implements Lists {
  readonly #ports: ListPorts;
  readonly #files: readonly {
    readonly source: ListSource;
    readonly file: WatchedFile<CompiledList>;
  }[];
  readonly #urls: readonly UrlList[];
  #active: readonly Active[] = [];
  #validNow = 0;

  constructor(sources: readonly ListSource[], ports: ListPorts) {
    this.#ports = ports;
    this.#files = sources
      .filter(({ file }) => file !== '')
      .map((source) => ({
        source,
        file: compiledAt(source.name, resolve(ports.root, source.file), ports),
      }));
    this.#urls = sources
      .filter(({ url }) => url !== '')
      .map((source) => new UrlList(source, ports.fetch, ports.onError));
  }

  /** Opens files that were replaced and fetches lists when it is time to. Never throws. */
  async refresh(now: number): Promise<ListsRefreshed> {
    const fetched = Promise.all(this.#urls.map((list) => list.begin(now)));
    const found = await Promise.all(this.#files.map(({ file }) => file.refresh()));
    if (this.#urls.length > 0) await Promise.race([fetched, this.#ports.wait(PATIENCE_MS)]);
    const taken = this.#urls.map((list) => list.take(now, this.#roomFor(list)));
    const all = [...found, ...taken.map((one) => one.found)];
    const replaced = all.filter((one) => one === 'replaced').length;
    const hasTurned = this.#activate(now);
    return {
      replaced: replaced > 0 || !hasTurned ? replaced : 1,
      broken: all.filter((one) => one === 'broken').length,
      refused: taken.reduce((sum, { refused }) => sum + refused, 0),
      isPending: this.#urls.some((list) => list.isPending),
    };
  }

  /** Bytes that the other lists leave. */
  #roomFor(list: UrlList): number {
    const { listBytes = MAX_LISTS_BYTES } = this.#ports;
    const others = [
      ...this.#files.map(({ file }) => file.value?.table),
      ...this.#urls.filter((one) => one !== list).map(({ table }) => table),
    ];
    return others.reduce((room, table) => room - (table?.networks.bytes ?? 0), listBytes);
  }

  match(address: Uint8Array): string {
    let names = '';
    for (const { source, table, isValid } of this.#active) {
      const value = table.networks.find(address);
      if (value < 0 || (value > 0 && isValid[value - 1] === 0)) continue;
      names = names === '' ? source.name : `${names}, ${source.name}`;
    }
    return names;
  }

  /** Day of each list that is in use, by its name as LIST_DATABASE has it. */
  dates(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.#active.map(({ source, date }) => [
        `${LIST_DATABASE[source.public ? 'public' : 'private']}${source.name}`,
        date,
      ]),
    );
  }

  /** Makes lists, and entries whose time it is, those that count; says whether the time of an entry came or went. */
  #activate(now: number): boolean {
    const seconds = Math.floor(now / 1000);
    const ofFiles = this.#files.flatMap(({ source, file }) =>
      file.value === undefined ? [] : [{ source, ...file.value }],
    );
    const ofUrls = this.#urls.flatMap(({ source, table, fetchedAt }) => {
      const date = this.#ports.dayOf(fetchedAt);
      return table === undefined ? [] : [{ source, table, date }];
    });
    this.#active = [...ofFiles, ...ofUrls].map((list) => ({
      ...list,
      isValid: Uint8Array.from(list.table.validities, ({ from, until }) =>
        from <= seconds && seconds < until ? 1 : 0,
      ),
    }));
    const valid = this.#active.reduce(
      (sum, { isValid }) => isValid.reduce((hash, one) => (Math.imul(hash, 31) + one) | 0, sum + 1),
      0,
    );
    const hasTurned = valid !== this.#validNow;
    this.#validNow = valid;
    return hasTurned;
  }
}

/** A list in use. */
interface Active {
  readonly source: ListSource;
  readonly table: ListTable;
  readonly date: string;
  /** By validity of the table, 1 when it counts now. */
  readonly isValid: Uint8Array;
}

function compiledAt(name: string, path: string, ports: ListPorts): WatchedFile<CompiledList> {
  return new WatchedFile(path, {
    open: (bytes) => {
      const list = decodeList(bytes);
      if (!list.ok) throw new Error(`${list.reason}, ${list.detail}`);
      return list.value;
    },
    onError: (cause) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      ports.onError(
        new Error(`The list "${name}" in ${path} cannot be used (${why}): deploy it again.`),
      );
    },
  });
}
