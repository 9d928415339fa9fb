import { describe, expect, it } from 'vitest';
import { EVENT_KIND } from '../../../../core/event/kinds.ts';
import type { TableColumns } from '../../../../core/event/row-columns.ts';
import type { Endpoint, EventTable, Place, ProbeTag } from '../../../../core/event/table.ts';
import { EventTableBuilder } from '../../../../core/event/table-builder.ts';
import {
  decodePublicRendering,
  encodePublicRendering,
  type PublicBytes,
  type PublicRendering,
  redact,
} from '../../../../core/redact/public-rendering.ts';
import { encodeRendering } from '../../../../core/segment/rendering.ts';
import { canaryTable, policyOf, SHOWN } from './canary-table.ts';

const ABOUT = { filtered: 0, databases: {}, counters: {} } as const;
const TAG: ProbeTag = {
  ...{ probe: 'p', boot: '00112233445566aa', site: 'Frankfurt', lat: 50.11, lon: 8.68 },
  ...{ provenance: 0, sampling: 1, skewMs: 0 },
};
const NOWHERE: Place = { how: 'unknown', lat: 0, lon: 0, country: '', city: '', accuracyKm: 0 };
const HOUSE: Place = {
  ...{ how: 'geo', lat: 37.7712, lon: -122.4134, country: 'US', city: 'San Francisco' },
  accuracyKm: 3,
};

interface RowOf {
  readonly from: string;
  readonly to: string;
  readonly columns?: Partial<Record<keyof TableColumns, number>>;
  readonly tag?: Partial<ProbeTag>;
}

/** A table of rows between addresses: those in 10.1.0.0/16 and 198.51.100.0/24 are home, others in a house. */
function tableOf(rows: readonly RowOf[]): EventTable {
  const builder = new EventTableBuilder(rows.length);
  const end = (label: string): number => {
    const home = label.startsWith('10.1.') || label.startsWith('198.51.100.');
    const place = builder.place(home || label === '' ? NOWHERE : HOUSE);
    const system = label === '' ? 0 : builder.system({ asn: 64_500, organisation: 'A carrier' });
    return builder.endpoint({ label, place, home, system, marks: 1, listed: 'scanners' });
  };
  for (const { from, to, columns = {}, tag } of rows) {
    const i = builder.add();
    const ends = { initiator: end(from), responder: end(to), tag: builder.tag({ ...TAG, ...tag }) };
    for (const [name, value] of Object.entries({ ...columns, ...ends })) {
      builder.columns[name as keyof TableColumns][i] = value;
    }
  }
  return builder.build();
}

const labelsOf = ({ endpoints }: EventTable): string[] => endpoints.map(({ label }) => label);
const endOf = (table: EventTable, label: string): Endpoint | undefined =>
  table.endpoints.find((end) => end.label === label);

describe('redact', () => {
  it('names home hosts by their site, hidden ones by nothing, and others by their network', () => {
    const { table } = redact(canaryTable(), policyOf());

    expect(table.endpoints.map(({ label, home }) => [label, home])).toEqual([
      ['45.33.32.0/24', false],
      ['Frankfurt', true],
      ['2a00:1450:4001::/48', false],
      ['private network', false],
    ]);
  });

  it('withholds, and counts, rows that name no host outside', () => {
    const rows = [
      { from: '10.1.0.1', to: '10.1.0.2' },
      { from: '10.1.0.1', to: '192.168.7.7' },
      { from: '10.1.0.1', to: '224.0.0.251' },
      { from: '10.1.0.1', to: '192.88.77.66' },
      { from: '', to: '', columns: { kind: EVENT_KIND.close, flow: 9 } },
      { from: '10.1.0.1', to: '', columns: { kind: EVENT_KIND.finding } },
    ];

    const { table, withheld } = redact(tableOf(rows), policyOf());

    expect([table.length, withheld]).toEqual([0, 6]);
    expect(table.endpoints).toEqual([]);
  });

  it('publishes them where the operator said so, without addresses', () => {
    const rows = [
      { from: '10.1.0.1', to: '10.1.0.2', columns: { responderPort: 445 } },
      { from: '10.1.0.1', to: '192.88.77.66' },
      { from: '', to: '', columns: { kind: EVENT_KIND.close } },
    ];

    const { table, withheld } = redact(tableOf(rows), policyOf({ internal: true }));

    expect(withheld).toBe(0);
    expect(labelsOf(table)).toEqual(['Frankfurt', 'private network', '']);
    expect([...table.responderPort]).toEqual([0, 0, 0]);
  });

  it('counts what was folded into a row that it withholds', () => {
    const rows = [
      { from: '10.1.0.1', to: '10.1.0.2', columns: { folded: 4 } },
      { from: '8.8.8.8', to: '10.1.0.2', columns: { folded: 2 } },
    ];

    const { table, withheld } = redact(tableOf(rows), policyOf());

    expect([table.folded[0], withheld]).toEqual([2, 5]);
  });

  it('tells the port that was asked for outside, and no other', () => {
    const ports = { initiatorPort: 51_515, responderPort: 443 };
    const rows = [
      { from: '8.8.8.8', to: '10.1.0.2', columns: ports },
      { from: '10.1.0.2', to: '8.8.8.8', columns: ports },
    ];

    const { table } = redact(tableOf(rows), policyOf());

    expect([...table.initiatorPort]).toEqual([0, 0]);
    expect([...table.responderPort]).toEqual([0, 443]);
  });

  it('shows sensors and what is inside where the policy has them, others where a database says', () => {
    const { table } = redact(tableOf([{ from: '8.8.8.8', to: '10.1.0.2' }]), policyOf());

    const placeOf = (label: string) => table.places[endOf(table, label)?.place ?? -1];
    expect(placeOf('Frankfurt')).toEqual({ ...NOWHERE, how: 'site', ...SHOWN });
    expect(placeOf('8.8.8.0/24')).toEqual(HOUSE);
    expect(table.tags).toEqual([{ ...TAG, probe: '', boot: table.tags[0]?.boot, ...SHOWN }]);
  });

  it('shows a host of an operator’s network table nowhere', () => {
    const builder = new EventTableBuilder(1);
    builder.tag(TAG);
    const place = builder.place({ ...HOUSE, how: 'network' });
    builder.endpoint({ label: '8.8.8.8', place, home: false });
    builder.add();

    const { table } = redact(builder.build(), policyOf());

    expect(table.places).toEqual([NOWHERE]);
  });

  it.each(['geo', 'network', 'unknown'] as const)(
    'shows what is hidden, and no home of the sensor, nowhere: place %s',
    (how) => {
      const builder = new EventTableBuilder(1);
      builder.tag(TAG);
      const place = builder.place(how === 'unknown' ? NOWHERE : { ...HOUSE, how });
      builder.endpoint({ label: '192.88.77.66', place, home: false });
      builder.endpoint({ label: '8.8.8.8', place: builder.place(HOUSE), home: false });
      builder.columns.responder[builder.add()] = 1;

      const { table } = redact(builder.build(), policyOf());

      expect(endOf(table, 'private network')).toBeDefined();
      expect(table.places[endOf(table, 'private network')?.place ?? -1]).toEqual(NOWHERE);
    },
  );

  it('publishes what was found, and the evidence, of ends it may name', () => {
    const columns = { kind: EVENT_KIND.finding, behaviour: 1, evidence: 120 };

    const { table } = redact(tableOf([{ from: '8.8.8.8', to: '10.1.0.1', columns }]), policyOf());

    expect([table.behaviour[0], table.evidence[0]]).toEqual([1, 120]);
    expect(labelsOf(table)).toEqual(['8.8.8.0/24', 'Frankfurt']);
  });

  it('gives every boot another name, the same one each time', () => {
    const boots = (rows: readonly RowOf[]): string[] =>
      redact(tableOf(rows), policyOf()).table.tags.map(({ boot }) => boot);
    const row = (tag: Partial<ProbeTag>): RowOf => ({ from: '8.8.8.8', to: '10.1.0.1', tag });

    const [first, again, other] = [
      boots([row({})]),
      boots([row({})]),
      boots([row({ probe: 'q' }), row({ boot: 'ffeeddccbbaa0099' })]),
    ];

    expect(first[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(again).toEqual(first);
    expect(new Set([...first, ...other]).size).toBe(3);
  });
});

describe('redact’s sources', () => {
  const rows = [
    { from: '8.8.8.8', to: '10.1.0.1' },
    { from: '8.8.8.9', to: '10.1.0.1' },
  ];
  const noon = Date.UTC(2026, 10, 21, 12);
  const namesAt = (at: number): string[] =>
    labelsOf(redact(tableOf(rows), policyOf({ sources: 'pseudonym', at })).table);

  it('are networks when masked, with what is known of them', () => {
    const { table } = redact(tableOf(rows), policyOf());

    expect(labelsOf(table)).toEqual(['8.8.8.0/24', 'Frankfurt']);
    expect(endOf(table, '8.8.8.0/24')).toMatchObject({ marks: 1, listed: 'intelligence' });
    expect(table.systems).toHaveLength(2);
  });

  it.each([
    [[], 'mask', 'intelligence'],
    [['scanners'], 'mask', 'scanners'],
    [['other'], 'mask', 'intelligence'],
    [['scanners'], 'pseudonym', 'intelligence'],
    [['scanners'], 'none', 'intelligence'],
  ] as const)('are on lists %j that the public may know by name, sources %s: %s', (...of) => {
    const [names, sources, listed] = of;
    const policy = policyOf({ sources, publicLists: new Set<string>(names) });

    expect(redact(tableOf(rows), policy).table.endpoints[0]?.listed).toBe(listed);
  });

  it('are on lists that have a name in public, and on others together', () => {
    const builder = new EventTableBuilder(1);
    builder.tag(TAG);
    const place = builder.place(HOUSE);
    const listed = 'ours, drop, partner, feodo';
    builder.endpoint({ label: '8.8.8.8', place, home: false, listed });
    builder.add();

    const { table } = redact(
      builder.build(),
      policyOf({ publicLists: new Set(['drop', 'feodo']) }),
    );

    expect(table.endpoints[0]?.listed).toBe('drop, feodo, intelligence');
  });

  it('are one name a host and day as pseudonyms', () => {
    const [first = '', , second] = namesAt(noon);

    expect(first).toMatch(/^host-[0-9a-f]{12}$/);
    expect(second).toMatch(/^host-/);
    expect(second).not.toBe(first);
    expect(namesAt(noon + 11 * 3_600_000)[0]).toBe(first);
    expect(namesAt(noon + 12 * 3_600_000)[0]).not.toBe(first);
  });

  it('have the same name whether or not IPv6 carries the address', () => {
    const mapped = [{ from: '::ffff:8.8.8.8', to: '10.1.0.1' }];
    const { table } = redact(tableOf(mapped), policyOf({ sources: 'pseudonym', at: noon }));

    expect(labelsOf(table)[0]).toBe(namesAt(noon)[0]);
  });

  it('are placed in a city, and on no list by name, where a host has a name of its own', () => {
    const { table } = redact(tableOf(rows), policyOf({ sources: 'pseudonym' }));

    const host = table.endpoints[0] as Endpoint;
    expect(table.places[host.place]).toEqual({ ...HOUSE, lat: 37.8, lon: -122.4, accuracyKm: 8 });
    expect(host.listed).toBe('intelligence');
    expect(table.systems[host.system]?.asn).toBe(64_500);
  });

  it('are nobody’s when they are not to be told', () => {
    const { table } = redact(tableOf(rows), policyOf({ sources: 'none' }));

    expect(labelsOf(table)).toEqual(['', 'Frankfurt']);
    expect(table.endpoints[0]).toMatchObject({ system: 0, marks: 0, listed: 'intelligence' });
  });
});

describe('redact’s ids of conversations', () => {
  const columns = { protocol: 6, initiatorPort: 51_515, responderPort: 443, time: 1e12 };
  const there: RowOf = { from: '8.8.8.8', to: '198.51.100.1', columns };
  const pairsOf = (rows: readonly RowOf[], pairs = true): number[] => [
    ...redact(tableOf(rows), policyOf({ pairs, internal: true })).table.pair,
  ];
  const [id = 0] = pairsOf([there]);

  it('are equal in rows of several probes, whichever end they took for the first', () => {
    const turned = { ...columns, initiatorPort: 443, responderPort: 51_515 };
    const back = { from: '198.51.100.1', to: '8.8.8.8', columns: turned };

    expect(id).toBeGreaterThan(0);
    expect(pairsOf([{ ...there, tag: { probe: 'q', site: 'Athens' } }, back])).toEqual([id, id]);
    expect(pairsOf([{ ...there, from: '::ffff:8.8.8.8' }])).toEqual([id]);
  });

  it('differ with either address, either port, the protocol and the day', () => {
    const others = [
      { ...there, from: '8.8.8.9' },
      { ...there, to: '198.51.100.2' },
      ...Object.entries(columns).map(([name, value]) => ({
        ...there,
        columns: { ...columns, [name]: value + (name === 'time' ? 86_400_000 : 1) },
      })),
    ];

    expect(new Set([id, ...pairsOf(others)]).size).toBe(others.length + 1);
  });

  it('tell apart what different sites have behind one private address', () => {
    const inside = { ...there, to: '10.1.0.1' };
    const [here, same, elsewhere] = pairsOf([
      inside,
      { ...inside, tag: { probe: 'q' } },
      { ...inside, tag: { site: 'Athens' } },
    ]);

    expect(same).toBe(here);
    expect(elsewhere).not.toBe(here);
  });

  it('are only in rows that begin or go on, and name both ends', () => {
    const kinds = Object.values(EVENT_KIND).filter((kind) => kind <= EVENT_KIND.whole);
    const rows = kinds.map((kind) => ({ ...there, columns: { ...columns, kind } }));

    expect(pairsOf(rows)).toEqual([id, id, 0, id]);
    expect(pairsOf([{ ...there, from: '' }])).toEqual([0]);
  });

  it('are not made where there is one sensor', () => {
    expect(pairsOf([there], false)).toEqual([0]);
  });
});

describe('databases in public bytes', () => {
  it('are those of places and systems, and the lists that the public may know by name', () => {
    const redacted = redact(tableOf([{ from: '8.8.8.8', to: '10.1.0.1' }]), policyOf());
    const told = { 'city-ipv4': 'a', 'city-ipv6': 'b', asn: 'c', 'public-list:drop': 'd' };
    const databases = { ...told, 'list:ours': 'e', ours: 'f', 'asn list:ours': 'g' };
    const bytes = encodePublicRendering({
      ...{ audience: 'public', ...redacted, ...ABOUT, databases },
    });

    const decoded = decodePublicRendering(bytes);

    expect(decoded.ok && decoded.value.databases).toEqual(told);
  });
});

describe('the types of public renderings', () => {
  it('keep an operator’s table from being encoded for the public', () => {
    const table = canaryTable();

    encodePublicRendering({
      audience: 'public',
      // @ts-expect-error: only redact makes a PublicTable
      table,
      withheld: 0,
      ...ABOUT,
    });
  });

  it('keep an operator’s bytes and rendering from being taken for public ones', () => {
    const operator = { audience: 'operator', table: canaryTable(), withheld: 0, ...ABOUT } as const;
    const bytes = encodeRendering(operator);

    // @ts-expect-error: only encodePublicRendering makes PublicBytes
    const notPublic: PublicBytes = bytes;
    // @ts-expect-error: the operator's rendering is none for the public
    const notPublicEither: PublicRendering = operator;

    expect(decodePublicRendering(notPublic)).toMatchObject({ ok: false, reason: 'bad-value' });
    expect(notPublicEither.audience).toBe('operator');
  });

  it('stay when public bytes are read', () => {
    const redacted = redact(tableOf([{ from: '8.8.8.8', to: '10.1.0.1' }]), policyOf());
    const bytes = encodePublicRendering({ audience: 'public', ...redacted, ...ABOUT });

    const decoded = decodePublicRendering(bytes);

    if (!decoded.ok) throw new Error(decoded.reason);
    expect(encodePublicRendering(decoded.value)).toEqual(bytes);
    expect(decodePublicRendering(bytes.subarray(0, 9) as PublicBytes).ok).toBe(false);
  });
});
