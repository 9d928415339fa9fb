import type { EventTable } from '../event/table.ts';
import { isEmpty, type Mask, orEither, orLookup, type RowTest } from './loops.ts';
import { BEHAVIOUR_WORDS, indexOf, type ListName, SERVICE_WORDS } from './table-index.ts';

/** Values of a 16-bit column, and of an 8-bit one. */
const SHORTS = 0x1_0000;
const BYTES = 0x100;

/**
 * Rows of which any text holds `text`, folded: labels, cities, organisations and lists of both ends, site and probe,
 * names, commands and other texts, service, class and behaviour.
 */
export function compileWords(text: string): RowTest {
  const services = knownWords(SERVICE_WORDS, SHORTS, text);
  const behaviours = knownWords(BEHAVIOUR_WORDS, BYTES, text);
  return (table, into) => {
    orUnlessEmpty(into, table.service, services);
    orUnlessEmpty(into, table.behaviour, behaviours);
    const ends = endsHolding(table, text);
    if (!isEmpty(ends)) orEither(into, [table.initiator, table.responder], ends);
    orUnlessEmpty(into, table.tag, holding(table, text, ['sites', 'probes']));
    const said = holding(table, text, ['texts']);
    if (!isEmpty(said)) orEither(into, [table.text, table.detail], said);
  };
}

/** Entries of a dictionary of which any of its lists of texts holds `text`. */
function holding(table: EventTable, text: string, lists: readonly ListName[]): Mask {
  const mask = new Uint8Array(SIZES[lists[0] as ListName](table));
  for (const name of lists) {
    indexOf(table)
      .words(name)
      .mark(mask, [{ what: 'text', text, exact: false }]);
  }
  return mask;
}

const SIZES: Readonly<Record<ListName, (table: EventTable) => number>> = {
  labels: ({ endpoints }) => endpoints.length,
  lists: ({ endpoints }) => endpoints.length,
  cities: ({ places }) => places.length,
  organisations: ({ systems }) => systems.length,
  sites: ({ tags }) => tags.length,
  probes: ({ tags }) => tags.length,
  texts: ({ texts }) => texts.length,
};

function endsHolding(table: EventTable, text: string): Mask {
  const ends = holding(table, text, ['labels', 'lists']);
  const places = holding(table, text, ['cities']);
  const systems = holding(table, text, ['organisations']);
  if (isEmpty(places) && isEmpty(systems)) return ends;
  for (const [i, { place, system }] of table.endpoints.entries()) {
    ends[i] = (ends[i] as number) | (places[place] as number) | (systems[system] as number);
  }
  return ends;
}

/** What ids beyond those known are is what id 0 is. */
function knownWords(words: readonly string[], size: number, text: string): Mask {
  const mask = new Uint8Array(size);
  for (const [id, word] of words.entries()) mask[id] = word.includes(text) ? 1 : 0;
  return mask.fill(mask[0] as number, words.length);
}

function orUnlessEmpty(into: Mask, column: Uint8Array | Uint16Array, lut: Mask): void {
  if (!isEmpty(lut)) orLookup(into, column, lut);
}
