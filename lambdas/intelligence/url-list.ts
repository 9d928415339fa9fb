import { fail, type Result } from '../../core/result.ts';
import { MAX_LISTS_BYTES } from './compile.ts';
import type { FetchedList, FetchList } from './fetch-list.ts';
import type { ListTable, ParsedList } from './list-builder.ts';
import type { ListSource } from './list-source.ts';
import { type ListError, parseList } from './parse-list.ts';

const FETCH_AGAIN_MS = 3_600_000;
const TRY_AGAIN_MS = 300_000;

/** What became of the last fetch: nothing new, another list, or none that can be used. */
export interface UrlFetched {
  readonly found: 'same' | 'replaced' | 'broken';
  /** Entries of it that were no use. */
  readonly refused: number;
}

/** A list that is fetched hourly. One that cannot be had, or has nothing of use in it, changes nothing of what is in use. */
export class UrlList {
  readonly source: ListSource;
  readonly #fetch: FetchList;
  readonly #onError: (error: unknown) => void;
  #table: ListTable | undefined;
  #fetchedAt = 0;
  #dueAt = Number.NEGATIVE_INFINITY;
  #known = { etag: '', modified: '' };
  #arrived: FetchedList | 'unchanged' | Error | undefined;
  #pending: Promise<void> | undefined;

  constructor(source: ListSource, fetch: FetchList, onError: (error: unknown) => void) {
    this.source = source;
    this.#fetch = fetch;
    this.#onError = onError;
  }

  get table(): ListTable | undefined {
    return this.#table;
  }

  /** When the server last gave or confirmed it, ms since the epoch; 0 for never. */
  get fetchedAt(): number {
    return this.#fetchedAt;
  }

  /** Begins to fetch when it is time to; resolves, and never rejects, when what is under way has arrived. */
  begin(now: number): Promise<void> {
    if (this.#pending === undefined && now >= this.#dueAt) {
      this.#pending = this.#fetch(this.source.url, this.#known)
        .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))
        .then((arrived) => {
          this.#arrived = arrived;
        });
    }
    return this.#pending ?? Promise.resolve();
  }

  /** Whether something is under way that has not arrived. */
  get isPending(): boolean {
    return this.#pending !== undefined && this.#arrived === undefined;
  }

  /** Takes over what has arrived, unless its table takes more than `room` bytes. Never throws. */
  take(now: number, room: number): UrlFetched {
    const arrived = this.#arrived;
    if (arrived === undefined) return { found: 'same', refused: 0 };
    this.#arrived = undefined;
    this.#pending = undefined;
    this.#dueAt = now + FETCH_AGAIN_MS;
    if (arrived instanceof Error) return this.#refuse(arrived.message, now);
    if (arrived === 'unchanged') {
      this.#fetchedAt = now;
      return { found: 'same', refused: 0 };
    }
    const list = this.#read(arrived.text, room);
    if (!list.ok) return this.#refuse(`${list.reason}: ${list.detail}`, now);
    const { table, refused, told } = list.value;
    this.#table = table;
    this.#fetchedAt = now;
    this.#known = { etag: arrived.etag, modified: arrived.modified };
    const left = Object.values(refused).reduce((sum, count) => sum + count, 0);
    if (left > 0) {
      this.#onError(
        new Error(
          `The list "${this.source.name}" has ${left} entries of no use: ${told.join('; ')}.`,
        ),
      );
    }
    return { found: 'replaced', refused: left };
  }

  #read(text: string, room: number): Result<ParsedList, ListError | 'unreadable'> {
    try {
      const list = parseList(text, this.source);
      if (!list.ok || list.value.table.networks.bytes <= room) return list;
      return fail('too-large', `all lists together may take ${MAX_LISTS_BYTES} bytes of memory`);
    } catch (error) {
      // Whatever a server sends must not keep the function from starting.
      return fail('unreadable', (error as Error).message);
    }
  }

  #refuse(why: string, now: number): UrlFetched {
    this.#dueAt = now + TRY_AGAIN_MS;
    const { name, url } = this.source;
    const kept = this.#table === undefined ? 'nothing is matched against it' : 'the old one stays';
    this.#onError(new Error(`The list "${name}" of ${url} cannot be used (${why}): ${kept}.`));
    return { found: 'broken', refused: 0 };
  }
}
