import { GeoDatabases, type GeoPaths } from '../geo/geo.ts';
import type { ListSource } from '../intelligence/list-source.ts';
import { IntelligenceLists, type ListPorts } from '../intelligence/lists.ts';
import type { Counts } from '../metrics.ts';
import { type Locator, locatorOf } from './locate.ts';
import type { NetworkEntry } from './network-table.ts';

/** What is known of addresses, and where it is read. */
export interface KnowledgeSettings {
  readonly geo: GeoPaths;
  readonly networks: readonly NetworkEntry[];
  readonly lists: readonly ListSource[];
}

/** What knowledge is read with. */
export interface KnowledgePorts extends ListPorts {
  now(): number;
}

const LOOK_AGAIN_MS = 30_000;

/** Databases and lists that addresses are looked up in, and the locator that does so. */
export class Knowledge {
  readonly locator: Locator;
  readonly #ports: KnowledgePorts;
  readonly #geo: GeoDatabases;
  readonly #lists: IntelligenceLists;
  #version = 0;
  #dueAt = Number.NEGATIVE_INFINITY;

  constructor({ geo, networks, lists }: KnowledgeSettings, ports: KnowledgePorts) {
    this.#ports = ports;
    this.#geo = new GeoDatabases(geo, ports.onError);
    this.#lists = new IntelligenceLists(lists, ports);
    this.locator = locatorOf(networks, this.#geo, {
      systems: this.#geo,
      lists: this.#lists,
      version: () => this.#version,
      databases: () => ({ ...this.#geo.dates(), ...this.#lists.dates() }),
    });
  }

  /**
   * Takes over what was replaced since it last looked, which is 30 s ago or more unless a list is still under way. Between calls nothing changes, so all
   * rows of an invocation are told from the same databases. Counts what is broken; never throws.
   */
  async refresh(): Promise<Counts> {
    const now = this.#ports.now();
    if (now < this.#dueAt) return {};
    this.#dueAt = now + LOOK_AGAIN_MS;
    const [geo, lists] = await Promise.all([this.#geo.refresh(), this.#lists.refresh(now)]);
    // A list that is late is taken over as soon as it is there.
    if (lists.isPending) this.#dueAt = now;
    if (geo.replaced + lists.replaced > 0) this.#version++;
    const counts = {
      'databases-replaced': geo.replaced,
      'databases-broken': geo.broken,
      'lists-replaced': lists.replaced,
      'lists-broken': lists.broken,
      'list-entries-refused': lists.refused,
    };
    return Object.fromEntries(Object.entries(counts).filter(([, value]) => value > 0));
  }
}
