import type { FetchedList, FetchList } from './fetch-list.ts';
import type { ListTable } from './list-builder.ts';
import type { ListSource } from './list-source.ts';
import { parseList } from './parse-list.ts';

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

  /** Takes over what has arrived. */
  take(now: number): UrlFetched {
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
    const list = parseList(arrived.text, this.source);
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

  #refuse(why: string, now: number): UrlFetched {
    this.#dueAt = now + TRY_AGAIN_MS;
    const { name, url } = this.source;
    const kept = this.#table === undefined ? 'nothing is matched against it' : 'the old one stays';
    this.#onError(new Error(`The list "${name}" of ${url} cannot be used (${why}): ${kept}.`));
    return { found: 'broken', refused: 0 };
  }
}
