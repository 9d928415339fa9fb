import type { Column } from '../bytes/gather.ts';
import { BEHAVIOURS } from '../classify/behaviours.ts';
import { SERVICES } from '../classify/services.ts';
import { EVENT_KIND, PROTOCOL } from '../event/kinds.ts';
import type { EventTable } from '../event/table.ts';
import { choiceIds } from './choice-ids.ts';
import { techniqueId } from './choices.ts';
import { compileEnds } from './end-tests.ts';
import { type Field, type FieldName, fieldNamed } from './fields.ts';
import type { Term } from './filter.ts';
import { andLookup, type Mask, maskOf, orLookup, orRange, orSum, type RowTest } from './loops.ts';
import { indexOf } from './table-index.ts';

const BYTES = 0x100;
const SHORTS = 0x1_0000;

/** The test of one term. */
export function compileTerm(term: Term): RowTest {
  const field = fieldNamed(term.field);
  if (field.ofEnd) return compileEnds(term);
  return TESTS[term.field as RowField](term, field);
}

type RowField = Exclude<FieldName, 'host' | 'country' | 'city' | 'as' | 'org' | 'mark' | 'listed'>;
type Compile = (term: Term, field: Field) => RowTest;

const TESTS: Readonly<Record<RowField, Compile>> = {
  class: byId((table) => table.service, { size: SHORTS, known: SERVICES.length }),
  service: byId((table) => table.service, { size: SHORTS, known: SERVICES.length }),
  proto: byId((table) => table.protocol, { size: BYTES }),
  direction: byId((table) => table.direction, { size: BYTES }),
  state: byId((table) => table.state, { size: BYTES }),
  kind: byId((table) => table.kind, { size: BYTES }),
  method: byId((table) => table.method, { size: BYTES }),
  confidence: byId((table) => table.confidence, { size: BYTES }),
  severity: byId((table) => indexOf(table).severities, { size: BYTES }),
  behaviour: byId((table) => table.behaviour, { size: BYTES, known: BEHAVIOURS.length }),
  vlan: byId((table) => table.vlan, { size: SHORTS }),
  technique,
  port: ports((table) => table.responderPort, []),
  // What a trace row has there is a TTL.
  srcport: ports((table) => table.initiatorPort, [EVENT_KIND.trace]),
  sensor: tags('sites', 'probes'),
  site: tags('sites'),
  probe: tags('probes'),
  provenance,
  bytes: sums((table) => [table.bytesOut, table.bytesIn]),
  packets: sums((table) => [table.packetsOut, table.packetsIn]),
  duration:
    ({ values }) =>
    (table, into) => {
      for (const value of values)
        if (value.what === 'range') orRange(into, table.durationMs, value);
    },
};

/** Ids that any of a term's values stands for; `size` values a column can have, `known` of them with a meaning of their own. */
function byId(
  column: (table: EventTable) => Column,
  { size, known = size }: { readonly size: number; readonly known?: number },
): Compile {
  return (term, field) => {
    const lut = idsOf(term, field, size);
    lut.fill(lut[0] as number, Math.min(known, size));
    return (table, into) => orLookup(into, column(table), lut);
  };
}

function idsOf({ values }: Term, field: Field, size: number): Mask {
  const lut = new Uint8Array(size);
  for (const value of values) {
    if (value.what === 'known') lut.fill(1, 1);
    else if (value.what === 'range') lut.fill(1, value.min, value.max + 1);
    else for (const id of choiceIds(field, value)) lut[id] = 1;
  }
  return lut;
}

/** Only rows that have ports can have one: ICMP has types and codes there, and 0 is not known. */
function ports(column: (table: EventTable) => Column, without: readonly number[]): Compile {
  const portless: readonly number[] = [PROTOCOL.icmp, PROTOCOL.icmp6];
  const protocols = maskOf(BYTES, (protocol) => !portless.includes(protocol));
  const kinds = maskOf(BYTES, (kind) => !without.includes(kind));
  return (term, field) => {
    const lut = idsOf(term, field, SHORTS);
    return (table, into) => {
      orLookup(into, column(table), lut);
      andLookup(into, table.protocol, protocols);
      if (without.length > 0) andLookup(into, table.kind, kinds);
    };
  };
}

function technique(term: Term, field: Field): RowTest {
  const ids = new Set(term.values.flatMap((value) => choiceIds(field, value)));
  if (term.values.some(({ what }) => what === 'known')) {
    for (const choice of field.choices ?? []) for (const id of choice.ids) ids.add(id);
  }
  const lut = maskOf(techniqueId(BYTES, 0), (id) => ids.has(id));
  return ({ behaviour, direction }, into) => {
    for (let i = 0; i < into.length; i++) {
      into[i] = lut[techniqueId(behaviour[i] as number, direction[i] as number)] as number;
    }
  };
}

function tags(...names: readonly ('sites' | 'probes')[]): Compile {
  return ({ values }) =>
    (table, into) => {
      const lut = new Uint8Array(table.tags.length);
      for (const name of names) indexOf(table).words(name).mark(lut, values);
      orLookup(into, table.tag, lut);
    };
}

function provenance(term: Term, field: Field): RowTest {
  const ids = term.values.flatMap((value) => choiceIds(field, value));
  return (table, into) => {
    const lut = maskOf(table.tags.length, (i) => ids.includes(table.tags[i]?.provenance ?? -1));
    orLookup(into, table.tag, lut);
  };
}

function sums(
  columns: (table: EventTable) => readonly [Column | Float64Array, Column | Float64Array],
): Compile {
  return ({ values }) =>
    (table, into) => {
      for (const value of values) if (value.what === 'range') orSum(into, columns(table), value);
    };
}
