import fc from 'fast-check';
import { SERVICE_CLASSES, SERVICES } from '../../../../core/classify/services.ts';
import { severityOf } from '../../../../core/classify/severity.ts';
import { type EventRow, type RowEnd, readRow } from '../../../../core/event/row.ts';
import type { EventTable } from '../../../../core/event/table.ts';
import { EventTableBuilder } from '../../../../core/event/table-builder.ts';

/** A filter's text, and whether a row is what it asks for, told without any of the filter's own code. */
export interface Asked {
  readonly text: string;
  readonly holds: (row: EventRow) => boolean;
}

const LABELS = [
  '203.0.113.7',
  '203.0.113.0/24',
  '198.51.100.0/24',
  '203.0.112.9',
  '2001:db8:1::5',
  '2001:db8:1::/48',
  'Zürich lab',
  'private network',
  '',
];
const ORGANISATIONS = ['', 'Hetzner Online GmbH', 'Google LLC', 'Telefónica'];
const CITIES = ['', 'Athens', 'São Paulo', 'New York'];
const STATES = ['NONE', 'S0', 'SF', 'REJ'];
const SERVICE_IDS = ['unknown', 'ssh', 'telnet', 'http', 'dns', 'icmp'].map((name) =>
  SERVICES.findIndex((service) => service.name === name),
);

const end = fc.record({
  label: fc.constantFrom(...LABELS),
  country: fc.constantFrom('', 'CN', 'GR', 'US'),
  city: fc.constantFrom(...CITIES),
  system: fc.nat(ORGANISATIONS.length - 1),
  marks: fc.nat(7),
  listed: fc.constantFrom('', 'Feodo tracker', 'drop'),
  port: fc.constantFrom(0, 22, 23, 80, 2323, 40_000),
});
const row = fc.record({
  initiator: end,
  responder: end,
  kind: fc.nat(9),
  protocol: fc.constantFrom(1, 6, 17, 47, 58),
  direction: fc.nat(4),
  state: fc.nat(3),
  service: fc.constantFrom(...SERVICE_IDS),
  method: fc.nat(4),
  confidence: fc.constantFrom(0, 20, 60, 80, 100),
  behaviour: fc.nat(6),
  bytesOut: fc.constantFrom(0, 40, 9_999, 10_000, 2 ** 40),
  bytesIn: fc.constantFrom(0, 1, 40),
  packetsOut: fc.constantFrom(0, 1, 3, 0xffff_ffff),
  packetsIn: fc.constantFrom(0, 1, 0xffff_ffff),
  durationMs: fc.constantFrom(0, 4_999, 5_000, 60_000),
  vlan: fc.constantFrom(0, 0, 10, 4_095),
  site: fc.constantFrom('Athens', 'Frankfurt am Main'),
  probe: fc.constantFrom('', 'athens-1'),
  provenance: fc.constantFrom(0, 1, 2),
  text: fc.constantFrom('', '', 'mail.example.org', 'sshd'),
  folded: fc.constantFrom(0, 0, 36),
});

/** A table of up to 40 rows of what filters ask about. */
export const anyTable: fc.Arbitrary<EventTable> = fc.array(row, { maxLength: 40 }).map((rows) => {
  const builder = new EventTableBuilder(rows.length);
  for (const { initiator, responder, site, probe, provenance, text, ...numbers } of rows) {
    const i = builder.add();
    for (const [name, value] of Object.entries(numbers)) {
      builder.columns[name as keyof typeof numbers][i] = value;
    }
    builder.columns.text[i] = builder.text(text);
    builder.columns.tag[i] = builder.tag({
      ...{ probe, boot: '00112233445566aa', site, lat: 1, lon: 2 },
      provenance: provenance as 0 | 1 | 2,
      sampling: 1,
    });
    for (const [name, from] of Object.entries({ initiator, responder })) {
      const at = name as 'initiator' | 'responder';
      const { label, country, city, system, marks, listed, port } = from;
      builder.columns[at][i] = builder.endpoint({
        ...{ label, marks, listed, home: false },
        place: builder.place({ how: 'geo', lat: 1, lon: 2, country, city, accuracyKm: 0 }),
        system: builder.system({ asn: system * 10, organisation: ORGANISATIONS[system] as string }),
      });
      builder.columns[at === 'initiator' ? 'initiatorPort' : 'responderPort'][i] = port;
    }
  }
  return builder.build();
});

const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'];
/** Of rows read by rowsIn: a row alone does not tell. */
const severities = new WeakMap<EventRow, number>();

/** Every row of a table with everything looked up. */
export function rowsIn(table: EventTable): EventRow[] {
  return Array.from({ length: table.length }, (_, i) => {
    const read = readRow(table, i);
    severities.set(read, severityOf(table, i).level);
    return read;
  });
}

function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase();
}

/** One of an end, of either or with `src.` or `dst.` before it. */
function ofEnds(name: string, value: string, holds: (of: RowEnd) => boolean): fc.Arbitrary<Asked> {
  return fc.constantFrom<Asked>(
    { text: `${name}:${value}`, holds: (at) => holds(at.initiator) || holds(at.responder) },
    { text: `src.${name}:${value}`, holds: (at) => holds(at.initiator) },
    { text: `dst.${name}:${value}`, holds: (at) => holds(at.responder) },
  );
}

function textOf(
  name: string,
  texts: readonly string[],
  of: (end: RowEnd) => string,
): fc.Arbitrary<Asked> {
  return fc.constantFrom(...texts).chain((text) =>
    fc.oneof(
      ofEnds(name, `"${text}"`, (at) => plain(of(at)).includes(plain(text))),
      ofEnds(name, '*', (at) => of(at) !== ''),
      ofEnds(name, `${text.split(' ')[0]},nowhere`, (at) =>
        plain(of(at)).includes(plain(text.split(' ')[0] as string)),
      ),
    ),
  );
}

/** Masks a public label knows, and addresses an operator's does; which labels lie in them was worked out by hand. */
const NETWORKS: readonly (readonly [string, readonly string[]])[] = [
  ['203.0.113.0/24', ['203.0.113.7', '203.0.113.0/24']],
  ['203.0.112.0/23', ['203.0.113.7', '203.0.113.0/24', '203.0.112.9']],
  ['203.0.113.7', ['203.0.113.7']],
  ['203.0.113.0', []],
  ['203.0.113.0/25', ['203.0.113.7']],
  ['::ffff:203.0.113.7', ['203.0.113.7']],
  ['2001:db8:1::/48', ['2001:db8:1::5', '2001:db8:1::/48']],
  ['2001:db8::/32', ['2001:db8:1::5', '2001:db8:1::/48']],
  ['2001:db8:1::5', ['2001:db8:1::5']],
  ['0.0.0.0/0', LABELS.filter((label) => /^\d+\./.test(label))],
];

const network = fc.constantFrom(...NETWORKS).chain(([text, labels]) => {
  const holds = (at: RowEnd): boolean => labels.includes(at.label);
  return fc.constantFrom<Asked>(
    { text: `host:${text}`, holds: (at) => holds(at.initiator) || holds(at.responder) },
    { text, holds: (at) => holds(at.initiator) || holds(at.responder) },
    { text: `src:${text}`, holds: (at) => holds(at.initiator) },
    { text: `dst:${text}`, holds: (at) => holds(at.responder) },
  );
});

function numbers(
  name: string,
  of: (at: EventRow) => number,
  said: readonly (readonly [string, number])[],
  applies: (at: EventRow) => boolean = () => true,
): fc.Arbitrary<Asked> {
  return fc.tuple(fc.constantFrom(...said), fc.constantFrom(...said)).chain(([[a, x], [b, y]]) => {
    const [low, from, high, to] = x <= y ? [a, x, b, y] : [b, y, a, x];
    const asks = (text: string, test: (value: number) => boolean): Asked => ({
      text: `${name}${text}`,
      holds: (at) => applies(at) && test(of(at)),
    });
    return fc.constantFrom(
      asks(`:${low}..${high}`, (value) => value >= from && value <= to),
      asks(`:${a},${b}`, (value) => value === x || value === y),
      asks(`>=${a}`, (value) => value >= x),
      asks(`<=${a}`, (value) => value <= x),
      asks(`>${low}`, (value) => value > from),
      asks(`:<${high}`, (value) => value < to),
      asks(`:${a}..`, (value) => value >= x),
      asks(`:..${a}`, (value) => value <= x),
    );
  });
}

function choices(
  name: string,
  of: (at: EventRow) => string,
  names: readonly string[],
): fc.Arbitrary<Asked> {
  return fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }).map((some) => ({
    text: `${name}:${some.join(',')}`,
    holds: (at) => some.includes(of(at)),
  }));
}

const MARKS = ['hosting', 'anycast', 'satellite'] as const;
const hasPorts = (at: EventRow): boolean => at.protocol !== 1 && at.protocol !== 58;

/** Every field, each way it can be asked for. */
const term: fc.Arbitrary<Asked> = fc.oneof(
  network,
  fc
    .constantFrom('CN', 'gr')
    .chain((code) => ofEnds('country', code, (at) => at.place.country === code.toUpperCase())),
  ofEnds('country', '*', (at) => at.place.country !== ''),
  textOf('city', ['Athens', 'sao paulo', 'YORK'], (at) => at.place.city),
  textOf('org', ['google', 'Telefonica', 'hetzner online'], (at) => at.system.organisation),
  textOf('listed', ['feodo', 'DROP'], (at) => at.listed),
  ofEnds('as', '10', (at) => at.system.asn === 10),
  ofEnds('as', 'AS20..30', (at) => at.system.asn >= 20 && at.system.asn <= 30),
  ofEnds(
    'as',
    'google,10',
    (at) => at.system.organisation === 'Google LLC' || at.system.asn === 10,
  ),
  fc
    .constantFrom(...MARKS)
    .chain((mark) => ofEnds('mark', mark, (at) => ((at.marks >> MARKS.indexOf(mark)) & 1) === 1)),
  ofEnds('mark', '*', (at) => at.marks !== 0),
  choices('service', (at) => at.service.name, ['ssh', 'telnet', 'http', 'unknown']),
  choices('class', (at) => at.service.name, ['ssh', 'dns']),
  choices('class', (at) => at.service.class, ['remote-shell', 'web', 'other']),
  numbers(
    'port',
    (at) => at.responder.port,
    [
      ['22', 22],
      ['80', 80],
      ['2323', 2323],
    ],
    (at) => hasPorts(at) && at.responder.port > 0,
  ),
  numbers(
    'srcport',
    (at) => at.initiator.port,
    [
      ['23', 23],
      ['40000', 40_000],
    ],
    (at) => hasPorts(at) && at.initiator.port > 0 && at.kind !== 'trace',
  ),
  choices('proto', (at) => at.protocolName, ['tcp', 'udp', 'icmp', 'icmp6', '47']),
  choices('direction', (at) => at.direction, ['inbound', 'outbound', 'transit']),
  choices('state', (at) => at.state, STATES),
  choices('kind', (at) => at.kind, ['open', 'finding', 'name', 'trace']),
  fc.constant({
    text: 'kind:flow',
    holds: (at: EventRow) => ['open', 'data', 'close', 'whole'].includes(at.kind),
  }),
  choices('method', (at) => at.method, ['port', 'payload', 'none']),
  fc.constantFrom(...SEVERITIES.entries()).chain(([level, name]) => {
    const of = (at: EventRow): number => severities.get(at) ?? -1;
    return fc.constantFrom<Asked>(
      { text: `severity:${name}`, holds: (at) => of(at) === level },
      { text: `severity>=${name}`, holds: (at) => of(at) >= level },
      { text: `severity<=${level}`, holds: (at) => of(at) <= level },
    );
  }),
  choices('behaviour', (at) => at.behaviour.name, ['brute-force', 'sweep', 'syn-flood']),
  fc.constant({ text: 'behaviour:*', holds: (at: EventRow) => at.behaviour.id > 0 }),
  fc.constantFrom('T1110', 'T1595', 'T1595.001', 'T1046').map((id) => ({
    text: `technique:${id}`,
    holds: ({ behaviour, direction }: EventRow) => {
      const outside = direction === 'inbound' || direction === 'transit';
      const technique = outside ? behaviour.outside : behaviour.inside;
      return technique?.id === id || technique?.id.startsWith(`${id}.`) === true;
    },
  })),
  numbers('confidence', (at) => at.confidence, [
    ['0.2', 20],
    ['60', 60],
    ['80%', 80],
  ]),
  numbers('bytes', (at) => at.bytesOut + at.bytesIn, [
    ['10kb', 10_000],
    ['41', 41],
    ['1tib', 2 ** 40],
  ]),
  numbers('packets', (at) => at.packetsOut + at.packetsIn, [
    ['1', 1],
    ['1k', 1_000],
  ]),
  numbers('duration', (at) => at.durationMs, [
    ['5s', 5_000],
    ['5', 5_000],
    ['1min', 60_000],
  ]),
  numbers(
    'vlan',
    (at) => at.vlan,
    [
      ['10', 10],
      ['4094', 4_094],
    ],
    (at) => at.vlan > 0,
  ),
  fc.constantFrom('athens', 'Frankfurt').map((text) => ({
    text: `sensor:${text}`,
    holds: ({ tag }: EventRow) => plain(`${tag.site}\n${tag.probe}`).includes(plain(text)),
  })),
  fc.constant({ text: 'site=athens', holds: ({ tag }: EventRow) => tag.site === 'Athens' }),
  fc.constant({ text: 'site=frankfurt', holds: () => false }),
  fc.constant({ text: 'probe:*', holds: ({ tag }: EventRow) => tag.probe !== '' }),
  choices(
    'provenance',
    ({ tag }) => ['measured', 'replayed', 'synthetic'][tag.provenance] as string,
    ['measured', 'replayed'],
  ),
  fc
    .constantFrom(
      'zurich',
      'SAO',
      'Google',
      'ssh',
      'shell',
      'brute',
      'example.org',
      'athens',
      'feodo',
    )
    .map((text) => ({
      text: `"${text}"`,
      holds: (at: EventRow) => said(at).includes(plain(text)),
    })),
);

function said({ initiator, responder, tag, text, detail, service, behaviour }: EventRow): string {
  const ends = [initiator, responder].flatMap(({ label, place, system, listed }) => [
    label,
    place.city,
    system.organisation,
    listed,
  ]);
  const known = SERVICE_CLASSES.find(({ name }) => name === service.class);
  const found = behaviour.id > 0 ? [behaviour.name, behaviour.label] : [];
  const about = [
    tag.site,
    tag.probe,
    text,
    detail,
    service.name,
    service.label,
    known?.label ?? '',
  ];
  return plain([...ends, ...about, ...found].join('\n'));
}

/** Any filter up to a few levels deep. */
export const anyAsked: fc.Arbitrary<Asked> = fc.letrec<{ whole: Asked; part: Asked }>((tie) => ({
  whole: fc.oneof({ depthSize: 'small', withCrossShrink: true }, term, tie('part')),
  part: fc.oneof(
    fc.tuple(fc.constantFrom('-', 'not ', 'NOT '), tie('whole')).map(([not, of]) => ({
      text: `${not}(${of.text})`,
      holds: (at: EventRow) => !of.holds(at),
    })),
    fc
      .tuple(fc.constantFrom(' ', ' and '), fc.array(tie('whole'), { minLength: 1, maxLength: 4 }))
      .map(([between, of]) => ({
        text: `(${of.map(({ text }) => text).join(between)})`,
        holds: (at: EventRow) => of.every(({ holds }) => holds(at)),
      })),
    fc
      .tuple(fc.constantFrom(' or ', '|'), fc.array(tie('whole'), { minLength: 1, maxLength: 4 }))
      .map(([between, of]) => ({
        text: `(${of.map(({ text }) => text).join(between)})`,
        holds: (at: EventRow) => of.some(({ holds }) => holds(at)),
      })),
  ),
})).whole;
