import type { EventTable } from '../event/table.ts';
import { fieldNamed } from './fields.ts';
import type { Term, Value } from './filter.ts';
import { isEmpty, type Mask, maskOf, orEither, orLookup, type RowTest } from './loops.ts';
import { holdsNetwork } from './network-words.ts';
import { indexOf } from './table-index.ts';
import { choiceIds, textTest } from './value-tests.ts';

/** Entries of a table's endpoints that a term holds for. */
type EndTest = (table: EventTable) => Mask;

/** The test of a term about the initiator, the responder or either of them. */
export function compileEnds(term: Term): RowTest {
  const test = endTest(term);
  return (table, into) => {
    const ends = test(table);
    if (isEmpty(ends)) return;
    if (term.end === 'either') orEither(into, [table.initiator, table.responder], ends);
    else orLookup(into, table[term.end], ends);
  };
}

function endTest(term: Term): EndTest {
  switch (term.field) {
    case 'host':
      return hosts(term.values);
    case 'country':
      return countries(term.values);
    case 'mark':
      return marks(term);
    case 'as':
    case 'org':
      return systems(term.values);
    default:
      return texts(term);
  }
}

/** A label that is a network matches only what holds all of it: which of its addresses it was, it does not tell. */
function hosts(values: readonly Value[]): EndTest {
  const networks = values.flatMap((value) => (value.what === 'network' ? [value.network] : []));
  const named = values.some(({ what }) => what === 'text');
  const test = textTest(values);
  return (table) => {
    const index = indexOf(table);
    const ends = new Uint8Array(table.endpoints.length);
    const told = networks.length > 0 ? index.networks : [];
    for (const [i, label] of told.entries()) {
      if (label === undefined) continue;
      for (const network of networks) if (holdsNetwork(network, label)) ends[i] = 1;
    }
    const labels = named ? index.labels : [];
    for (const [i, label] of labels.entries()) if (test(label)) ends[i] = 1;
    return ends;
  };
}

function countries(values: readonly Value[]): EndTest {
  const asked = new Set(
    values.flatMap((value) => (value.what === 'text' ? [value.text.toUpperCase()] : [])),
  );
  const known = values.some(({ what }) => what === 'known');
  return ({ endpoints, places }) => {
    const held = maskOf(places.length, (i) => {
      const country = places[i]?.country ?? '';
      return country !== '' && (known || asked.has(country));
    });
    return maskOf(endpoints.length, (i) => held[endpoints[i]?.place ?? -1] === 1);
  };
}

function marks(term: Term): EndTest {
  const field = fieldNamed(term.field);
  const known = term.values.some(({ what }) => what === 'known');
  const bits = term.values
    .flatMap((value) => choiceIds(field, value))
    .reduce((all, bit) => all | bit, known ? -1 : 0);
  return ({ endpoints }) =>
    maskOf(endpoints.length, (i) => ((endpoints[i]?.marks ?? 0) & bits) !== 0);
}

function systems(values: readonly Value[]): EndTest {
  const test = textTest(values);
  const known = values.some(({ what }) => what === 'known');
  const ranges = values.filter((value) => value.what === 'range');
  return (table) => {
    const { organisations } = indexOf(table);
    const held = maskOf(table.systems.length, (i) => {
      const asn = table.systems[i]?.asn ?? 0;
      if (known && asn !== 0) return true;
      return (
        ranges.some(({ min, max }) => asn >= min && asn <= max) || test(organisations[i] as string)
      );
    });
    return maskOf(table.endpoints.length, (i) => held[table.endpoints[i]?.system ?? -1] === 1);
  };
}

function texts({ field, values }: Term): EndTest {
  const test = textTest(values);
  return (table) => {
    const { cities, lists } = indexOf(table);
    if (field === 'listed') return maskOf(lists.length, (i) => test(lists[i] as string));
    const held = maskOf(cities.length, (i) => test(cities[i] as string));
    return maskOf(table.endpoints.length, (i) => held[table.endpoints[i]?.place ?? -1] === 1);
  };
}
