import fc from 'fast-check';
import type { BatchEvents } from '../../../core/batch/batch.ts';
import { BatchBuilder } from '../../../core/batch/builder.ts';
import { BEHAVIOURS } from '../../../core/classify/behaviours.ts';
import type { Provenance } from '../../../core/event/kinds.ts';
import { readRow } from '../../../core/event/row.ts';
import { emptyColumns, type RowColumns } from '../../../core/event/row-columns.ts';
import type { Rendering } from '../../../core/event/table.ts';
import { EventTableBuilder } from '../../../core/event/table-builder.ts';

const u32 = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 0xffff_ffff }));
const count = fc.oneof(fc.nat(1500), fc.maxSafeNat());
const address = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
  fc.constantFrom(Uint8Array.of(198, 51, 100, 7), new Uint8Array(16)),
);
const timeMs = fc.oneof(
  fc.integer({ min: 0, max: 4_294_967_295_000 }),
  fc.integer({ min: 1_700_000_000_000_000, max: 1_700_000_001_000_000 }).map((us) => us / 1000),
);
const text = fc.oneof(
  fc.constantFrom('', 'example.org', 'naïve.例え.🎯'),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
);

/** Mostly 0, as in columns that few rows use. */
function rarely(value: fc.Arbitrary<number>): fc.Arbitrary<number> {
  return fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, { arbitrary: value, weight: 1 });
}

const row = fc.record({
  kind: fc.integer({ min: 0, max: 9 }),
  time: timeMs,
  durationMs: u32,
  flow: u32,
  from: address,
  to: address,
  initiatorPort: fc.nat(0xffff),
  responderPort: fc.nat(0xffff),
  protocol: fc.nat(255),
  packetsOut: u32,
  packetsIn: u32,
  bytesOut: count,
  bytesIn: count,
  flagsOut: fc.nat(255),
  flagsIn: fc.nat(255),
  state: fc.integer({ min: 0, max: 13 }),
  text,
  detail: fc.oneof(fc.constant(''), text),
  history: fc.constantFrom('', '', 'S', 'ShADadFf', 'Dd'),
  vlan: rarely(fc.nat(0xffff)),
  service: rarely(fc.nat(0xffff)),
  method: rarely(fc.nat(4)),
  confidence: rarely(fc.nat(100)),
  pid: rarely(u32),
  parentPid: rarely(u32),
  user: rarely(u32),
  exitCode: rarely(fc.nat(0xffff)),
  behaviour: rarely(fc.nat(BEHAVIOURS.length - 1)),
  evidence: rarely(u32),
});
type Row = typeof row extends fc.Arbitrary<infer T> ? T : never;

/** Events of any kind, as a probe may batch them. */
export const anyEvents: fc.Arbitrary<BatchEvents> = fc
  .array(row, { maxLength: 60 })
  .map(eventsOfRows);

const place = fc.record({
  how: fc.constantFrom('geo', 'site', 'network', 'unknown'),
  lat: fc.integer({ min: -900_000, max: 900_000 }).map((steps) => steps / 10_000),
  lon: fc.integer({ min: -1_800_000, max: 1_800_000 }).map((steps) => steps / 10_000),
  country: fc.constantFrom('', 'DE', 'BR'),
  city: text,
  accuracyKm: fc.nat(1000),
} as const);
const tag = fc.record({
  probe: fc.constantFrom('', 'demo-frankfurt'),
  boot: fc.constantFrom('00112233445566aa', 'ffeeddccbbaa9988'),
  site: text,
  lat: fc.constantFrom(-23.55, 0, 50.11),
  lon: fc.constantFrom(-46.63, 0, 8.68),
  provenance: fc.constantFrom<Provenance>(0, 1, 2),
  sampling: fc.integer({ min: 1, max: 0xffff_ffff }),
  skewMs: fc.integer({ min: -86_400, max: 86_400 }).map((seconds) => seconds * 1000),
});
const enriched = fc.record({
  row,
  tag,
  fromPlace: place,
  toPlace: place,
  label: text,
  home: fc.boolean(),
  asn: rarely(u32),
  marks: rarely(fc.nat(7)),
  listed: fc.constantFrom('', '', 'drop'),
  direction: fc.nat(4),
  pair: rarely(u32),
  folded: rarely(u32),
});

/** Renderings of any content, for either audience. */
export const anyRendering: fc.Arbitrary<Rendering> = fc
  .record({
    audience: fc.constantFrom('public', 'operator'),
    rows: fc.array(enriched, { maxLength: 40 }),
    withheld: fc.nat(5000),
    filtered: fc.nat(5000),
    databases: fc.dictionary(fc.string({ maxLength: 20 }), fc.string({ maxLength: 10 }), {
      maxKeys: 3,
    }),
    counters: fc.dictionary(fc.string({ minLength: 1, maxLength: 20 }), fc.nat(), { maxKeys: 4 }),
  } as const)
  .map(({ rows, counters, databases, ...rest }) => {
    const builder = new EventTableBuilder(rows.length);
    for (const entry of rows) addEnriched(builder, entry);
    return {
      ...rest,
      table: builder.build(),
      counters: { ...counters },
      databases: { ...databases },
    };
  });

type Enriched = typeof enriched extends fc.Arbitrary<infer T> ? T : never;

function addEnriched(builder: EventTableBuilder, entry: Enriched): void {
  const i = builder.add();
  const { from: _from, to: _to, text: word, detail, history, ...numbers } = entry.row;
  for (const [name, value] of Object.entries(numbers)) {
    builder.columns[name as keyof typeof numbers][i] = value;
  }
  const { columns } = builder;
  columns.tag[i] = builder.tag(entry.tag);
  columns.text[i] = builder.text(word);
  columns.detail[i] = builder.text(detail);
  columns.history[i] = builder.text(history);
  columns.initiator[i] = builder.endpoint({
    label: entry.label,
    place: builder.place(entry.fromPlace),
    home: entry.home,
    system: builder.system({ asn: entry.asn, organisation: entry.asn === 0 ? '' : 'Example' }),
    marks: entry.marks,
    listed: entry.listed,
  });
  columns.responder[i] = builder.endpoint({
    label: '198.51.100.7',
    place: builder.place(entry.toPlace),
    home: !entry.home,
  });
  columns.direction[i] = entry.direction;
  columns.pair[i] = entry.pair;
  columns.folded[i] = entry.folded;
}

/** Every row of events with everything looked up, times as they are told, in an order that depends on nothing else. */
export function rowsOf(events: BatchEvents): readonly string[] {
  const names = Object.keys(emptyColumns(0)) as (keyof RowColumns)[];
  const told = (name: keyof RowColumns, i: number): unknown => {
    const value = events[name][i] as number;
    if (name === 'time') return Math.round(value);
    if (name === 'initiator' || name === 'responder') return [...(events.addresses[value] ?? [])];
    return ['text', 'detail', 'history'].includes(name) ? events.texts[value] : value;
  };
  return Array.from({ length: events.length }, (_, i) =>
    JSON.stringify(names.map((name) => told(name, i))),
  ).sort();
}

/** What a rendering says, likewise. */
export function saidOf({ table, ...rest }: Rendering): unknown {
  const rows = Array.from({ length: table.length }, (_, i) => {
    const row = { ...readRow(table, i), service: table.service[i], behaviour: table.behaviour[i] };
    return JSON.stringify({ ...row, time: Math.round(row.time) });
  });
  return { ...rest, rows: rows.sort() };
}

/** Events of the rows given, in their order. */
function eventsOfRows(rows: readonly Row[]): BatchEvents {
  const builder = new BatchBuilder(Math.max(rows.length, 1));
  for (const { from, to, text: word, detail, history, ...numbers } of rows) {
    const i = builder.add();
    for (const [name, value] of Object.entries(numbers)) {
      builder.columns[name as keyof typeof numbers][i] = value;
    }
    builder.columns.initiator[i] = builder.address(from, 0, from.length as 4 | 16);
    builder.columns.responder[i] = builder.address(to, 0, to.length as 4 | 16);
    builder.columns.text[i] = builder.text(word);
    builder.columns.detail[i] = builder.text(detail);
    builder.columns.history[i] = builder.text(history);
  }
  return builder.take();
}

/** `rows` flows of a scan: random sources and source ports, eight ports asked for at one of 64 hosts. */
export function scanEvents(rows: number, seed = 1): BatchEvents {
  const random = randomFrom(seed);
  const builder = new BatchBuilder(rows);
  let time = 1_700_000_000_000;
  for (let i = 0; i < rows; i++) {
    const { columns } = builder;
    builder.add();
    time += Math.floor(random() * 400) / 1000;
    columns.kind[i] = 3;
    columns.time[i] = Math.round(time);
    columns.flow[i] = i + 1;
    columns.initiator[i] = builder.address4(random() * 2 ** 32);
    columns.responder[i] = builder.address4(0xc6336400 + Math.floor(random() * 64));
    columns.initiatorPort[i] = 1024 + Math.floor(random() * 64_000);
    columns.responderPort[i] = [22, 23, 80, 443, 445, 3389, 8080, 5060][(random() * 8) | 0] ?? 0;
    columns.protocol[i] = 6;
    columns.packetsOut[i] = 1;
    columns.packetsIn[i] = 1;
    columns.bytesOut[i] = [40, 44, 60][(random() * 3) | 0] ?? 0;
    columns.bytesIn[i] = 40;
    columns.flagsOut[i] = 2;
    columns.flagsIn[i] = 0x14;
    columns.state[i] = 4;
  }
  return builder.take();
}

/** Numbers from 0 to 1, the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
