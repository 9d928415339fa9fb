import { BEHAVIOURS } from '../../../../core/classify/behaviours.ts';
import { SERVICES } from '../../../../core/classify/services.ts';
import { CONN_STATES, DIRECTION, EVENT_KIND, METHOD } from '../../../../core/event/kinds.ts';
import type { Audience, Rendering } from '../../../../core/event/table.ts';
import { EventTableBuilder } from '../../../../core/event/table-builder.ts';
import { NameBook } from '../../../../core/fold/names.ts';
import { type EventRecord, readRecord } from '../../../../core/format/record.ts';

const AT = Date.UTC(2026, 10, 21, 8, 31, 5, 250);

type Columns = EventTableBuilder['columns'];
interface Told {
  readonly kind: keyof typeof EVENT_KIND;
  readonly from: number;
  readonly to: number;
  readonly columns?: Readonly<Partial<Record<keyof Columns, number>>>;
  readonly text?: string;
  readonly detail?: string;
  readonly history?: string;
  readonly synthetic?: boolean;
}

const service = (name: string): number => SERVICES.findIndex((one) => one.name === name);
const state = (name: (typeof CONN_STATES)[number]): number => CONN_STATES.indexOf(name);
const behaviour = (name: string): number => BEHAVIOURS.findIndex((one) => one.name === name);

/** A table with what formats must be able to say: every kind, both families, names, lists, hostile texts. */
export function sampleRendering(audience: Audience): Rendering {
  const builder = new EventTableBuilder(32);
  const label = (address: string, shown: string): string =>
    audience === 'operator' ? address : shown;
  const city = builder.place({
    ...{ how: 'geo', lat: 52.3759, lon: 4.8975, country: 'NL', city: 'Amsterdam', accuracyKm: 20 },
  });
  const land = builder.place({
    ...{ how: 'geo', lat: -23.55, lon: -46.63, country: 'BR', city: '', accuracyKm: 0 },
  });
  const site = builder.place({
    ...{ how: 'site', lat: 50.11, lon: 8.68, country: '', city: '', accuracyKm: 0 },
  });
  const unknown = builder.place({
    ...{ how: 'unknown', lat: 0, lon: 0, country: '', city: '', accuracyKm: 0 },
  });
  const system = builder.system({ asn: 64_496, organisation: '=Example, "Networks"' });
  const ends = [
    builder.endpoint({
      label: label('203.0.113.9', '203.0.113.0/24'),
      ...{ place: city, home: false, system, marks: 1, listed: 'drop, tor' },
    }),
    builder.endpoint({ label: label('198.51.100.7', 'Frankfurt'), place: site, home: true }),
    builder.endpoint({
      label: label('2001:db8::9', '2001:db8::/48'),
      ...{ place: land, home: false },
    }),
    builder.endpoint({ label: label('2001:db8:1::7', 'Frankfurt'), place: site, home: true }),
    builder.endpoint({ label: '', place: unknown, home: false }),
  ];
  const sensor = {
    probe: audience === 'operator' ? 'frankfurt' : '',
    ...{ boot: '00112233445566aa', site: 'Frankfurt', lat: 50.11, lon: 8.68, sampling: 1 },
  };
  const tags = [
    builder.tag({ ...sensor, provenance: 0, skewMs: audience === 'operator' ? -1_500 : 0 }),
    builder.tag({ ...sensor, provenance: 2, sampling: 16 }),
  ];
  const told = audience === 'operator' ? ROWS : ROWS.filter(({ kind }) => PUBLIC.has(kind));
  for (const [n, row] of told.entries()) {
    const i = builder.add();
    const columns = { kind: EVENT_KIND[row.kind], time: AT + n, ...row.columns };
    for (const [name, value] of Object.entries(columns)) {
      builder.columns[name as keyof Columns][i] = value;
    }
    builder.columns.initiator[i] = ends[row.from] as number;
    builder.columns.responder[i] = ends[row.to] as number;
    builder.columns.tag[i] = tags[row.synthetic === true ? 1 : 0] as number;
    if (audience === 'public') continue;
    builder.columns.text[i] = builder.text(row.text ?? '');
    builder.columns.detail[i] = builder.text(row.detail ?? '');
    builder.columns.history[i] = builder.text(row.history ?? '');
  }
  const table = builder.build();
  return { audience, table, withheld: 0, filtered: 0, databases: {}, counters: {} };
}

/** Every row of the sample as a record, with the names that it teaches. */
export function sampleRecords(audience: Audience): readonly EventRecord[] {
  const rendering = sampleRendering(audience);
  const names = new NameBook();
  names.learn(rendering.table);
  const source = {
    ...{ shard: 'shardId-000000000000', number: 12, createdAt: AT + 1_000 },
    nameOf: (label: string) => names.nameOf(label),
  };
  return Array.from({ length: rendering.table.length }, (_, i) => readRecord(rendering, i, source));
}

const PUBLIC: ReadonlySet<string> = new Set(['open', 'data', 'close', 'whole', 'finding']);
const TCP = { protocol: 6, direction: DIRECTION.inbound, initiatorPort: 50_000 };
const SSH = { responderPort: 22, service: service('ssh'), confidence: 60, method: METHOD.port };
const SIZES = { packetsOut: 4, packetsIn: 3, bytesOut: 400, bytesIn: 300 };

const ROWS: readonly Told[] = [
  {
    ...{ kind: 'whole', from: 0, to: 1, history: 'ShADadFf' },
    columns: {
      ...{ ...TCP, ...SSH, ...SIZES, flow: 1, durationMs: 1_250, state: state('SF') },
      ...{ flagsOut: 0x1b, flagsIn: 0x1b, vlan: 7, folded: 2 },
    },
  },
  {
    ...{ kind: 'whole', from: 0, to: 1, history: 'Sr' },
    columns: { ...TCP, responderPort: 3389, flow: 2, packetsOut: 1, bytesOut: 60, packetsIn: 1 },
  },
  {
    ...{ kind: 'whole', from: 2, to: 3 },
    columns: { ...TCP, flow: 3, responderPort: 445, state: state('REJ'), packetsOut: 1 },
  },
  { kind: 'whole', from: 0, to: 1, columns: { ...TCP, flow: 4, state: state('S0') } },
  {
    ...{ kind: 'open', from: 3, to: 2, detail: 't13d1516h2_8daaf6152771_b186095e22b6' },
    columns: {
      ...{ ...SIZES, flow: 5, protocol: 6, initiatorPort: 40_000, responderPort: 443 },
      ...{ direction: DIRECTION.outbound, service: service('https'), confidence: 100 },
      method: METHOD.payload,
    },
  },
  { kind: 'data', from: 3, to: 2, columns: { ...SIZES, flow: 5, protocol: 6, durationMs: 9_000 } },
  {
    ...{ kind: 'close', from: 4, to: 4 },
    columns: { flow: 5, direction: DIRECTION.untold, state: state('RSTR'), durationMs: 9_500 },
  },
  {
    ...{ kind: 'whole', from: 0, to: 1, synthetic: true },
    columns: {
      ...{ flow: 6, protocol: 1, initiatorPort: 8, packetsOut: 1, bytesOut: 84 },
      service: service('icmp'),
    },
  },
  {
    ...{ kind: 'whole', from: 2, to: 3 },
    columns: { flow: 7, protocol: 58, initiatorPort: 128, packetsOut: 1, bytesOut: 104 },
  },
  { kind: 'whole', from: 0, to: 1, columns: { flow: 8, protocol: 47, packetsOut: 1 } },
  {
    ...{ kind: 'name', from: 1, to: 0, text: 'scanner.example' },
    columns: { protocol: 17, service: service('dns') },
  },
  {
    ...{ kind: 'name', from: 3, to: 2, text: 'xn--r8jz45g.example' },
    columns: { protocol: 6, responderPort: 443, service: service('https') },
  },
  {
    ...{ kind: 'name', from: 1, to: 0, text: 'www.example' },
    columns: { protocol: 6, responderPort: 80, service: service('http') },
  },
  {
    ...{ kind: 'trace', from: 0, to: 2, text: 'hop.example' },
    columns: { initiatorPort: 3, durationMs: 12, protocol: 1 },
  },
  { kind: 'fork', from: 4, to: 4, columns: { pid: 900, parentPid: 1 } },
  {
    ...{ kind: 'exec', from: 4, to: 4, text: '=cmd|calc', detail: '--all\t"x"' },
    columns: { pid: 900, parentPid: 1, user: 1000 },
  },
  { kind: 'exit', from: 4, to: 4, columns: { pid: 900, exitCode: 2 } },
  {
    ...{ kind: 'finding', from: 0, to: 1 },
    columns: {
      ...{ behaviour: behaviour('scan-horizontal'), evidence: 20, confidence: 90, protocol: 6 },
      ...{ direction: DIRECTION.inbound, responderPort: 23, durationMs: 60_000 },
    },
  },
  {
    ...{ kind: 'finding', from: 1, to: 0 },
    columns: {
      ...{ behaviour: behaviour('brute-force'), evidence: 30, confidence: 50, protocol: 6 },
      direction: DIRECTION.outbound,
    },
  },
];
