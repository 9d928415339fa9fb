import type { EventTable } from '../../../core/event/table.ts';
import type { SeenValue, SeenValues } from '../../../core/filter/completions.ts';

/** Values of one kind that are kept; those seen least give way. */
const MAX_VALUES = 400;

/** Places, networks, sensors and lists that tables have named: what a filter can be completed with. */
export class Vocabulary {
  readonly #countries = new Map<string, number>();
  readonly #cities = new Map<string, number>();
  readonly #systems = new Map<string, { readonly asn: number; readonly value: string }>();
  readonly #organisations = new Map<string, number>();
  readonly #sensors = new Map<string, number>();
  readonly #lists = new Map<string, number>();

  /** Learns the names in a table. */
  add({ places, systems, tags, endpoints }: EventTable): void {
    for (const { country, city } of places) {
      see(this.#countries, country);
      see(this.#cities, city);
    }
    for (const { asn, organisation } of systems) {
      see(this.#organisations, organisation);
      if (this.#organisations.has(organisation))
        this.#systems.set(organisation, { asn, value: organisation });
    }
    for (const { site } of tags) see(this.#sensors, site);
    for (const { listed } of endpoints)
      for (const list of listed.split(', ')) see(this.#lists, list);
    for (const name of this.#systems.keys())
      if (!this.#organisations.has(name)) this.#systems.delete(name);
  }

  /** Most seen first; `countryName` says a code for people. */
  seen(countryName: (code: string) => string): SeenValues {
    const systems = ordered(this.#organisations).map((value) => ({
      value,
      label: `AS${this.#systems.get(value)?.asn ?? ''}`,
    }));
    return {
      countries: labelled(this.#countries, countryName),
      cities: labelled(this.#cities, () => ''),
      organisations: systems,
      sensors: labelled(this.#sensors, () => ''),
      lists: labelled(this.#lists, () => ''),
    };
  }
}

function see(counts: Map<string, number>, value: string): void {
  if (value === '') return;
  counts.set(value, (counts.get(value) ?? 0) + 1);
  if (counts.size <= MAX_VALUES) return;
  let [rarest, least] = ['', Number.POSITIVE_INFINITY];
  for (const [known, count] of counts) {
    if (known !== value && count < least) [rarest, least] = [known, count];
  }
  counts.delete(rarest);
}

function ordered(counts: ReadonlyMap<string, number>): readonly string[] {
  return [...counts].sort(([, a], [, b]) => b - a).map(([value]) => value);
}

function labelled(
  counts: ReadonlyMap<string, number>,
  label: (value: string) => string,
): readonly SeenValue[] {
  return ordered(counts).map((value) => ({ value, label: label(value) }));
}
