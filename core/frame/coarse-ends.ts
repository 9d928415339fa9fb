import type { Endpoint, EventTable, Place } from '../event/table.ts';

const UNPLACED: Place = { how: 'unknown', lat: 0, lon: 0, country: '', city: '', accuracyKm: 0 };

/** A table's ends, and ends that stand for all outside ends of one network or of one country. */
export class CoarseEnds {
  readonly endpoints: Endpoint[];
  readonly places: Place[];
  readonly #table: EventTable;
  readonly #known = new Map<string, number>();
  /** Index of the place that stands for each country: the one most rows come from. */
  readonly #byCountry: ReadonlyMap<string, number>;

  constructor(table: EventTable) {
    this.#table = table;
    this.endpoints = [...table.endpoints];
    this.places = [...table.places];
    this.#byCountry = busiestPlaces(table);
  }

  /** Depth 0: the end itself. 1: all of its place and network. 2 and more: all of its country. Home hosts stay as they are. */
  of(end: number, depth: number): number {
    const known = this.#table.endpoints[end] as Endpoint;
    if (depth === 0 || known.home) return end;
    // What has no label stands for others already, or for none; ends that others made of a country are one again.
    if (known.label === '' && depth === 1) return end;
    const system = depth === 1 ? known.system : 0;
    const key = `${depth === 1 ? known.place : this.#countryOf(known)} ${system}`;
    const made = this.#known.get(`${depth} ${key}`);
    if (made !== undefined) return made;
    const place = depth === 1 ? known.place : this.#placeOf(this.#countryOf(known));
    const coarse = { label: '', place, home: false, system, marks: 0, listed: '' };
    this.#known.set(`${depth} ${key}`, this.endpoints.push(coarse) - 1);
    return this.endpoints.length - 1;
  }

  /** An end of which nothing is told. */
  nowhere(): number {
    const known = this.#known.get('nowhere');
    if (known !== undefined) return known;
    const place = this.places.push(UNPLACED) - 1;
    const end = { label: '', place, home: false, system: 0, marks: 0, listed: '' };
    this.#known.set('nowhere', this.endpoints.push(end) - 1);
    return this.endpoints.length - 1;
  }

  #countryOf({ place }: Endpoint): string {
    const { country, how } = this.#table.places[place] as Place;
    return `${how} ${country}`;
  }

  /** Its coordinates are those of one place of the country; its city and accuracy are not told. */
  #placeOf(country: string): number {
    const busiest = this.#table.places[this.#byCountry.get(country) as number] as Place;
    return this.places.push({ ...busiest, city: '', accuracyKm: 0 }) - 1;
  }
}

function busiestPlaces({
  places,
  endpoints,
  initiator,
  responder,
}: EventTable): ReadonlyMap<string, number> {
  const rows = new Uint32Array(places.length);
  for (const ends of [initiator, responder]) {
    for (const end of ends) {
      const { place } = endpoints[end] as Endpoint;
      rows[place] = (rows[place] as number) + 1;
    }
  }
  const busiest = new Map<string, number>();
  for (const [i, { how, country }] of places.entries()) {
    const key = `${how} ${country}`;
    const before = busiest.get(key);
    if (before === undefined || (rows[i] as number) > (rows[before] as number)) busiest.set(key, i);
  }
  return busiest;
}
