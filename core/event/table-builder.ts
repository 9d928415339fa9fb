import { LIMITS } from '../limits.ts';
import { emptyTableColumns, type TableColumns } from './row-columns.ts';
import type { Endpoint, EventTable, Place, ProbeTag, System } from './table.ts';

/** Rows that any one table may hold: a batch that does not fit beside others makes a segment larger than its target. */
export const MAX_TABLE_ROWS: number = LIMITS.segmentEvents + LIMITS.batchEvents;

/** An endpoint of which no more is known than where it is. */
type NewEndpoint = Pick<Endpoint, 'label' | 'place' | 'home'> & Partial<Endpoint>;
type NewTag = Omit<ProbeTag, 'skewMs'> & Partial<ProbeTag>;

/** The system at index 0 of every table. */
const UNKNOWN_SYSTEM: System = { asn: 0, organisation: '' };

/** Grows an EventTable row by row to a fixed capacity. Equal endpoints, places, tags and texts are kept once. */
export class EventTableBuilder {
  /** As in EventTable, `capacity` long; the caller fills row i after `add` gave it i. */
  readonly columns: Readonly<TableColumns>;
  readonly #capacity: number;
  #length = 0;
  readonly #endpoints = new Dictionary<Endpoint>(
    ({ label, place, home, system, marks, listed }) =>
      `${home ? 1 : 0} ${place} ${system} ${marks} ${label}\n${listed}`,
  );
  readonly #places = new Dictionary<Place>(
    (place) =>
      `${place.how} ${place.lat} ${place.lon} ${place.accuracyKm} ${place.country}\n${place.city}`,
  );
  readonly #systems = new Dictionary<System>(({ asn, organisation }) => `${asn} ${organisation}`);
  readonly #tags = new Dictionary<ProbeTag>((tag) =>
    [
      tag.probe,
      tag.boot,
      tag.lat,
      tag.lon,
      tag.provenance,
      tag.sampling,
      tag.skewMs,
      tag.site,
    ].join('\n'),
  );
  readonly #texts = new Dictionary<string>((text) => text);
  /** Places come again as the same objects: making their keys each time costs more than all else here. */
  readonly #samePlaces = new Map<Place, number>();

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.columns = emptyTableColumns(capacity);
    this.#texts.add('');
    this.#systems.add(UNKNOWN_SYSTEM);
  }

  /** Rows so far. */
  get length(): number {
    return this.#length;
  }

  get full(): boolean {
    return this.#length >= this.#capacity;
  }

  endpoint(endpoint: NewEndpoint): number {
    const { label, place, home, system = 0, marks = 0, listed = '' } = endpoint;
    return this.#endpoints.add({ label, place, home, system, marks, listed });
  }

  system(system: System): number {
    return this.#systems.add(system);
  }

  place(place: Place): number {
    const same = this.#samePlaces.get(place);
    if (same !== undefined) return same;
    const index = this.#places.add(place);
    this.#samePlaces.set(place, index);
    return index;
  }

  tag(tag: NewTag): number {
    return this.#tags.add({ ...tag, skewMs: tag.skewMs ?? 0 });
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
      systems: [...this.#systems.values],
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
