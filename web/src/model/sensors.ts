import type { EventTable } from '../../../core/event/table.ts';

/** A place where sensors stand. */
export interface Site {
  readonly label: string;
  readonly lat: number;
  readonly lon: number;
}

/** Sites of the sensors seen in tables, each once. */
export class Sites {
  readonly #sites = new Map<string, Site>();

  get all(): readonly Site[] {
    return [...this.#sites.values()];
  }

  /** True when the table names a site not seen before. */
  add(table: EventTable): boolean {
    const before = this.#sites.size;
    for (const { site, lat, lon } of table.tags) {
      const key = `${site}|${lat}|${lon}`;
      if (!this.#sites.has(key)) this.#sites.set(key, { label: site, lat, lon });
    }
    return this.#sites.size > before;
  }
}
