import { BEHAVIOURS } from '../classify/behaviours.ts';
import { SERVICE_CLASSES, SERVICES } from '../classify/services.ts';
import { severityColumn } from '../classify/severity.ts';
import type { EventTable } from '../event/table.ts';
import { foldText } from './fold-text.ts';
import { NetworkList } from './network-list.ts';
import { WordList } from './word-list.ts';

/** Lists of a table's texts, by what they are of. */
export type ListName =
  | 'labels'
  | 'lists'
  | 'cities'
  | 'organisations'
  | 'sites'
  | 'probes'
  | 'texts';

const TEXTS: Readonly<Record<ListName, (table: EventTable) => readonly string[]>> = {
  labels: ({ endpoints }) => endpoints.map(({ label }) => label),
  lists: ({ endpoints }) => endpoints.map(({ listed }) => listed),
  cities: ({ places }) => places.map(({ city }) => city),
  organisations: ({ systems }) => systems.map(({ organisation }) => organisation),
  sites: ({ tags }) => tags.map(({ site }) => site),
  probes: ({ tags }) => tags.map(({ probe }) => probe),
  texts: ({ texts }) => texts,
};

/** What filters look at in a table's dictionaries, made once per table however many filters look. */
class TableIndex {
  readonly #table: EventTable;
  readonly #lists = new Map<ListName, WordList>();
  #networks: NetworkList | undefined;
  #severities: Uint8Array | undefined;

  constructor(table: EventTable) {
    this.#table = table;
  }

  /** Labels and lists of the endpoints, cities of the places, and so on. */
  words(name: ListName): WordList {
    const known = this.#lists.get(name);
    if (known !== undefined) return known;
    const made = new WordList(TEXTS[name](this.#table));
    this.#lists.set(name, made);
    return made;
  }

  /** What labels say as addresses or networks. */
  get networks(): NetworkList {
    this.#networks ??= new NetworkList(this.#table.endpoints);
    return this.#networks;
  }

  /** Severity of every row. */
  get severities(): Uint8Array {
    this.#severities ??= severityColumn(this.#table);
    return this.#severities;
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
