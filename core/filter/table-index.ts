import { BEHAVIOURS } from '../classify/behaviours.ts';
import { SERVICE_CLASSES, SERVICES } from '../classify/services.ts';
import { severityColumn } from '../classify/severity.ts';
import type { EventTable } from '../event/table.ts';
import { foldText } from './fold-text.ts';
import { type NetworkWords, parseNetwork } from './network-words.ts';

/** What filters look at in a table's dictionaries, made once per table however many filters look. */
export class TableIndex {
  readonly #table: EventTable;
  #labels: readonly string[] | undefined;
  #networks: readonly (NetworkWords | undefined)[] | undefined;
  #cities: readonly string[] | undefined;
  #organisations: readonly string[] | undefined;
  #lists: readonly string[] | undefined;
  #sites: readonly string[] | undefined;
  #probes: readonly string[] | undefined;
  #texts: readonly string[] | undefined;
  #severities: Uint8Array | undefined;

  constructor(table: EventTable) {
    this.#table = table;
  }

  /** Folded labels of the endpoints. */
  get labels(): readonly string[] {
    this.#labels ??= this.#table.endpoints.map(({ label }) => foldText(label));
    return this.#labels;
  }

  /** What labels say as addresses or networks. */
  get networks(): readonly (NetworkWords | undefined)[] {
    this.#networks ??= this.#table.endpoints.map(({ label }) => parseNetwork(label));
    return this.#networks;
  }

  /** Folded names of the lists of the endpoints. */
  get lists(): readonly string[] {
    this.#lists ??= this.#table.endpoints.map(({ listed }) => foldText(listed));
    return this.#lists;
  }

  /** Folded cities of the places. */
  get cities(): readonly string[] {
    this.#cities ??= this.#table.places.map(({ city }) => foldText(city));
    return this.#cities;
  }

  /** Folded organisations of the systems. */
  get organisations(): readonly string[] {
    this.#organisations ??= this.#table.systems.map(({ organisation }) => foldText(organisation));
    return this.#organisations;
  }

  /** Folded sites of the tags. */
  get sites(): readonly string[] {
    this.#sites ??= this.#table.tags.map(({ site }) => foldText(site));
    return this.#sites;
  }

  /** Folded probes of the tags. */
  get probes(): readonly string[] {
    this.#probes ??= this.#table.tags.map(({ probe }) => foldText(probe));
    return this.#probes;
  }

  /** Severity of every row. */
  get severities(): Uint8Array {
    this.#severities ??= severityColumn(this.#table);
    return this.#severities;
  }

  /** Folded texts. */
  get texts(): readonly string[] {
    this.#texts ??= this.#table.texts.map(foldText);
    return this.#texts;
  }
}

const INDEXES = new WeakMap<EventTable, TableIndex>();

/** The index of a table; tables never change, so it is kept for as long as the table is. */
export function indexOf(table: EventTable): TableIndex {
  const known = INDEXES.get(table);
  if (known !== undefined) return known;
  const made = new TableIndex(table);
  INDEXES.set(table, made);
  return made;
}

/** What text searches look at in a service: its name, its label and its class's. */
export const SERVICE_WORDS: readonly string[] = SERVICES.map(({ name, label, class: own }) => {
  const known = SERVICE_CLASSES.find((serviceClass) => serviceClass.name === own);
  return foldText(`${name}\n${label}\n${known?.label ?? ''}`);
});

/** Likewise in a behaviour; none has none. */
export const BEHAVIOUR_WORDS: readonly string[] = BEHAVIOURS.map(({ id, name, label }) =>
  id === 0 ? '' : foldText(`${name}\n${label}`),
);
