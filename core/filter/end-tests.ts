import type { EventTable } from '../event/table.ts';
import { choiceIds } from './choice-ids.ts';
import { fieldNamed } from './fields.ts';
import type { Term, Value } from './filter.ts';
import { isEmpty, type Mask, maskOf, orEither, orLookup, type RowTest } from './loops.ts';
import { indexOf } from './table-index.ts';

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
  return (table) => {
    const index = indexOf(table);
    const ends = new Uint8Array(table.endpoints.length);
    for (const network of networks) index.networks.markWithin(ends, network);
    if (named) index.words('labels').mark(ends, values);
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
  const known = values.some(({ what }) => what === 'known');
  const ranges = values.filter((value) => value.what === 'range');
  return (table) => {
    const held = maskOf(table.systems.length, (i) => {
      const asn = table.systems[i]?.asn ?? 0;
      return (known && asn !== 0) || ranges.some(({ min, max }) => asn >= min && asn <= max);
    });
    indexOf(table).words('organisations').mark(held, values);
    return maskOf(table.endpoints.length, (i) => held[table.endpoints[i]?.system ?? -1] === 1);
  };
}

function texts({ field, values }: Term): EndTest {
  return (table) => {
    const ends = new Uint8Array(table.endpoints.length);
    if (field === 'listed') {
      indexOf(table).words('lists').mark(ends, values);
      return ends;
    }
    const held = new Uint8Array(table.places.length);
    indexOf(table).words('cities').mark(held, values);
    return maskOf(ends.length, (i) => held[table.endpoints[i]?.place ?? -1] === 1);
  };
}
