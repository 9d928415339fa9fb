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
  readonly #endpoints = new Dictionary<Endpoint, string>(({ label }) => label, isSameEndpoint);
  readonly #places = new Dictionary<Place, number>(({ lat, lon }) => lat * 4096 + lon, isSamePlace);
  readonly #systems = new Dictionary<System, number>(({ asn }) => asn, isSameSystem);
  readonly #tags = new Dictionary<ProbeTag, string>(({ boot }) => boot, isSameTag);
  readonly #texts = new Dictionary<string, string>(
    (text) => text,
    () => true,
  );
  /** Places and systems come again as the same objects. */
  readonly #samePlaces = new Map<Place, number>();
  readonly #sameSystems = new Map<System, number>();

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
    const same = this.#sameSystems.get(system);
    if (same !== undefined) return same;
    const index = this.#systems.add(system);
    this.#sameSystems.set(system, index);
    return index;
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

  /** The table so far. Its columns are copies or, where the builder is full, the builder's own. */
  build(): EventTable {
    const columns = emptyTableColumns(0);
    for (const name of Object.keys(columns) as (keyof TableColumns)[]) {
      const own = this.columns[name];
      Object.assign(columns, { [name]: this.full ? own : own.slice(0, this.#length) });
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

/** Distinct values in the order they were met, told apart by a key that few of them share. */
class Dictionary<T, K> {
  readonly values: T[] = [];
  readonly #key: (value: T) => K;
  readonly #isSame: (a: T, b: T) => boolean;
  /** The last value of each key, and by value the one of the same key before it, -1 for none. */
  readonly #last = new Map<K, number>();
  readonly #before: number[] = [];

  constructor(key: (value: T) => K, isSame: (a: T, b: T) => boolean) {
    this.#key = key;
    this.#isSame = isSame;
  }

  add(value: T): number {
    const key = this.#key(value);
    const last = this.#last.get(key) ?? -1;
    for (let index = last; index >= 0; index = this.#before[index] as number) {
      if (this.#isSame(this.values[index] as T, value)) return index;
    }
    this.#last.set(key, this.values.length);
    this.#before.push(last);
    return this.values.push(value) - 1;
  }
}

/** Of one label. */
function isSameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return (
    a.place === b.place &&
    a.home === b.home &&
    a.system === b.system &&
    a.marks === b.marks &&
    a.listed === b.listed
  );
}

function isSamePlace(a: Place, b: Place): boolean {
  return (
    Object.is(a.lat, b.lat) &&
    Object.is(a.lon, b.lon) &&
    a.city === b.city &&
    a.how === b.how &&
    a.country === b.country &&
    a.accuracyKm === b.accuracyKm
  );
}

function isSameSystem(a: System, b: System): boolean {
  return a.organisation === b.organisation && a.asn === b.asn;
}

function isSameTag(a: ProbeTag, b: ProbeTag): boolean {
  return (
    a.probe === b.probe &&
    a.boot === b.boot &&
    a.site === b.site &&
    a.lat === b.lat &&
    a.lon === b.lon &&
    a.provenance === b.provenance &&
    a.sampling === b.sampling &&
    a.skewMs === b.skewMs
  );
}
