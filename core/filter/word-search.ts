import type { EventTable } from '../event/table.ts';
import { isEmpty, type Mask, maskOf, orEither, orLookup, type RowTest } from './loops.ts';
import { BEHAVIOUR_WORDS, indexOf, SERVICE_WORDS } from './table-index.ts';

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
    const { sites, probes, texts } = indexOf(table);
    const tags = maskOf(sites.length, (i) => holds(sites, i, text) || holds(probes, i, text));
    orUnlessEmpty(into, table.tag, tags);
    const said = maskOf(texts.length, (i) => holds(texts, i, text));
    if (!isEmpty(said)) orEither(into, [table.text, table.detail], said);
  };
}

function endsHolding(table: EventTable, text: string): Mask {
  const { labels, lists, cities, organisations } = indexOf(table);
  const places = maskOf(cities.length, (i) => holds(cities, i, text));
  const systems = maskOf(organisations.length, (i) => holds(organisations, i, text));
  const ends = new Uint8Array(labels.length);
  for (const [i, { place, system }] of table.endpoints.entries()) {
    const told = (places[place] as number) | (systems[system] as number);
    ends[i] = told === 1 || holds(labels, i, text) || holds(lists, i, text) ? 1 : 0;
  }
  return ends;
}

/** What ids beyond those known are is what id 0 is. */
function knownWords(words: readonly string[], size: number, text: string): Mask {
  return maskOf(size, (id) => holds(words, id < words.length ? id : 0, text));
}

function holds(words: readonly string[], i: number, text: string): boolean {
  return (words[i] as string).includes(text);
}

function orUnlessEmpty(into: Mask, column: Uint8Array | Uint16Array, lut: Mask): void {
  if (!isEmpty(lut)) orLookup(into, column, lut);
}
