import { LIMITS } from '../limits.ts';
import { emptyTableColumns, type TableColumns } from './row-columns.ts';
import type { Endpoint, EventTable, Place, ProbeTag } from './table.ts';

/** Rows that any one table may hold: a batch that does not fit beside others makes a segment larger than its target. */
export const MAX_TABLE_ROWS: number = LIMITS.segmentEvents + LIMITS.batchEvents;

/** Grows an EventTable row by row to a fixed capacity. Equal endpoints, places, tags and texts are kept once. */
export class EventTableBuilder {
  /** As in EventTable, `capacity` long; the caller fills row i after `add` gave it i. */
  readonly columns: Readonly<TableColumns>;
  readonly #capacity: number;
  #length = 0;
  readonly #endpoints = new Dictionary<Endpoint>(
    ({ label, place, home }) => `${home ? 1 : 0} ${place} ${label}`,
  );
  readonly #places = new Dictionary<Place>(
    (place) =>
      `${place.how} ${place.lat} ${place.lon} ${place.accuracyKm} ${place.country}\n${place.city}`,
  );
  readonly #tags = new Dictionary<ProbeTag>((tag) =>
    [tag.probe, tag.boot, tag.lat, tag.lon, tag.provenance, tag.sampling, tag.site].join('\n'),
  );
  readonly #texts = new Dictionary<string>((text) => text);
  /** Places come again as the same objects: making their keys each time costs more than all else here. */
  readonly #samePlaces = new Map<Place, number>();

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.columns = emptyTableColumns(capacity);
    this.#texts.add('');
  }

  /** Rows so far. */
  get length(): number {
    return this.#length;
  }

  get full(): boolean {
    return this.#length >= this.#capacity;
  }

  endpoint(endpoint: Endpoint): number {
    return this.#endpoints.add(endpoint);
  }

  place(place: Place): number {
    const same = this.#samePlaces.get(place);
    if (same !== undefined) return same;
    const index = this.#places.add(place);
    this.#samePlaces.set(place, index);
    return index;
  }

  tag(tag: ProbeTag): number {
    return this.#tags.add(tag);
  }

  text(text: string): number {
    return this.#texts.add(text);
  }

  /** Index of a new row, all zero. Throws when no row is left: look at `full` first. */
  add(): number {
    if (this.full) throw new RangeError('EventTableBuilder is full');
    return this.#length++;
  }

  /** The table so far, an owned copy. */
  build(): EventTable {
    const columns = emptyTableColumns(0);
    for (const name of Object.keys(columns) as (keyof TableColumns)[]) {
      Object.assign(columns, { [name]: this.columns[name].slice(0, this.#length) });
    }
    return {
      length: this.#length,
      ...columns,
      endpoints: [...this.#endpoints.values],
      places: [...this.#places.values],
      tags: [...this.#tags.values],
      texts: [...this.#texts.values],
    };
  }
}

class Dictionary<T> {
  readonly values: T[] = [];
  readonly #key: (value: T) => string;
  readonly #indexes = new Map<string, number>();

  constructor(key: (value: T) => string) {
    this.#key = key;
  }

  add(value: T): number {
    const key = this.#key(value);
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    this.#indexes.set(key, this.values.length);
    return this.values.push(value) - 1;
  }
}
