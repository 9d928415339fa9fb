import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../../../../core/bytes/utf8.ts';
import { EVENT_KIND, METHOD } from '../../../../core/event/kinds.ts';
import type { RowColumns } from '../../../../core/event/row-columns.ts';
import type { EventTable } from '../../../../core/event/table.ts';
import { EventTableBuilder } from '../../../../core/event/table-builder.ts';
import { parseAddress } from '../../../../core/redact/address.ts';
import { parseCidrs } from '../../../../core/redact/network.ts';
import {
  encodePublicRendering,
  type PublicPolicy,
  redact,
} from '../../../../core/redact/public-rendering.ts';
import { PUBLIC_RULES, type PublicRules } from '../../../../core/redact/rules.ts';
import { decodeRendering } from '../../../../core/segment/rendering.ts';

/** Nothing of these may reach a public audience in any form. */
const CANARY_ADDRESSES = [
  '198.51.100.7',
  '10.11.12.13',
  '2001:db8:5eed::53',
  '203.0.113.77',
  '2606:4700:4700:5eed::1',
];
const CANARY_WORDS = [
  'probe-canary',
  'mail.canary.example',
  'Canary depot',
  'canary-process',
  'canary-fingerprint',
  'CanaryHistory',
];
/** Columns of the host's own that no public row has. */
const HOST_COLUMNS = ['vlan', 'pid', 'parentPid', 'user', 'exitCode'] as const;
const HOME_PORT = 8443;
const SOURCE_PORT = 51_515;

type RowOf = Partial<Record<keyof RowColumns, number>>;

/** An operator's table with every secret there is in it. */
function operatorTable(): EventTable {
  const builder = new EventTableBuilder(16);
  const tag = builder.tag({
    probe: 'probe-canary',
    boot: '00112233445566aa',
    site: 'Frankfurt',
    lat: 50.110924,
    lon: 8.682127,
    provenance: 0,
    sampling: 1,
  });
  const site = builder.place({
    how: 'site',
    lat: 50.110924,
    lon: 8.682127,
    country: 'DE',
    city: '',
    accuracyKm: 0,
  });
  const depot = builder.place({
    how: 'network',
    lat: 50.987654,
    lon: 8.123456,
    country: 'DE',
    city: 'Canary depot',
    accuracyKm: 0,
  });
  const geo = builder.place({
    how: 'geo',
    lat: 37.77,
    lon: -122.41,
    country: 'US',
    city: 'San Francisco',
    accuracyKm: 20,
  });
  const end = (label: string, place: number, home = false): number =>
    builder.endpoint({ label, place, home });
  const home4 = end('198.51.100.7', site, true);
  const home6 = end('2001:db8:5eed::53', depot, true);
  const inside = end('10.11.12.13', depot);
  const source4 = end('203.0.113.77', geo);
  const source6 = end('2606:4700:4700:5eed::1', geo);
  const add = (row: RowOf): void => {
    const i = builder.add();
    for (const [name, value] of Object.entries(row)) {
      builder.columns[name as keyof RowOf][i] = value;
    }
    builder.columns.tag[i] = tag;
    builder.columns.time[i] = 1_700_000_000_000 + i;
    builder.columns.method[i] = METHOD.port;
  };
  const ports = { initiatorPort: SOURCE_PORT, responderPort: HOME_PORT };
  add({
    kind: EVENT_KIND.whole,
    initiator: source4,
    responder: home4,
    ...ports,
    detail: builder.text('canary-fingerprint'),
    history: builder.text('CanaryHistory'),
    ...{ vlan: 12, pid: 4711, parentPid: 1, user: 1000, exitCode: 3 },
  });
  add({ kind: EVENT_KIND.open, initiator: source6, responder: home6, ...ports });
  add({ kind: EVENT_KIND.data, initiator: inside, responder: home4, ...ports });
  add({
    kind: EVENT_KIND.close,
    initiator: home4,
    responder: source4,
    initiatorPort: HOME_PORT,
    responderPort: 443,
  });
  add({
    kind: EVENT_KIND.name,
    initiator: home4,
    responder: source4,
    text: builder.text('mail.canary.example'),
  });
  add({ kind: EVENT_KIND.trace, initiator: home4, responder: inside });
  add({
    kind: EVENT_KIND.exec,
    initiator: home4,
    responder: home4,
    text: builder.text('canary-process'),
  });
  add({ kind: EVENT_KIND.fork, initiator: home4, responder: home4 });
  add({ kind: EVENT_KIND.exit, initiator: home4, responder: home4 });
  add({
    kind: EVENT_KIND.whole,
    initiator: home4,
    responder: inside,
    text: builder.text('canary-process'),
  });
  return builder.build();
}

/** What public bytes made by `rules` give away. */
function leaks(
  rules: PublicRules = PUBLIC_RULES,
  policy: PublicPolicy = { sources: 'mask' },
): string[] {
  const { table, withheld } = redact(operatorTable(), policy, rules);
  const bytes = encodePublicRendering({
    audience: 'public',
    table,
    withheld,
    filtered: 0,
    databases: {},
    counters: {},
  });
  const found: string[] = [];
  for (const word of [...CANARY_WORDS, ...CANARY_ADDRESSES]) {
    if (includes(bytes, encodeUtf8(word))) found.push(`text ${word}`);
    if (JSON.stringify(table).includes(word)) found.push(`string ${word}`);
  }
  for (const address of CANARY_ADDRESSES) {
    if (includes(bytes, parseAddress(address) as Uint8Array)) found.push(`bytes ${address}`);
  }
  const decoded = decodeRendering(bytes);
  if (!decoded.ok) return [decoded.reason];
  const { table: seen } = decoded.value;
  for (const kind of seen.kind) {
    if (kind > EVENT_KIND.whole && kind !== EVENT_KIND.finding) found.push(`kind ${kind}`);
  }
  for (let i = 0; i < seen.length; i++) {
    const ends = [
      [seen.initiator, seen.initiatorPort],
      [seen.responder, seen.responderPort],
    ] as const;
    for (const [end, port] of ends) {
      if (seen.endpoints[end[i] as number]?.home && port[i] !== 0) found.push('port at home');
    }
    if (seen.text[i] !== 0) found.push('text of a row');
    for (const name of HOST_COLUMNS) if (seen[name][i] !== 0) found.push(`column ${name}`);
  }
  for (const { lat, lon } of [...seen.tags, ...seen.places]) {
    if ([50.110924, 50.987654].some((exact) => Math.abs(lat - exact) < 1e-4))
      found.push('exact lat');
    if ([8.682127, 8.123456].some((exact) => Math.abs(lon - exact) < 1e-4)) found.push('exact lon');
  }
  return found;
}

function includes(bytes: Uint8Array, part: Uint8Array): boolean {
  return Buffer.from(bytes).includes(Buffer.from(part));
}

describe('redact', () => {
  it('leaves no canary in the bytes, strings or columns of the public rendering', () => {
    expect(leaks()).toEqual([]);
    expect(leaks(PUBLIC_RULES, { sources: 'none' })).toEqual([]);
  });

  it('finds every canary when nothing is redacted, so the search itself works', () => {
    const open: PublicRules = {
      ...PUBLIC_RULES,
      kinds: Object.fromEntries(
        Object.keys(EVENT_KIND).map((kind) => [kind, 'publish']),
      ) as PublicRules['kinds'],
      columns: {
        ...PUBLIC_RULES.columns,
        initiatorPort: 'keep',
        responderPort: 'keep',
        text: 'keep',
        detail: 'keep',
        history: 'keep',
      },
      endpoint: {
        label: 'keep',
        place: 'keep',
        home: 'keep',
        system: 'keep',
        marks: 'keep',
        listed: 'keep',
      },
      tag: { ...PUBLIC_RULES.tag, probe: 'keep', lat: 'keep', lon: 'keep' },
    };

    const found = leaks(open).join('\n');

    for (const canary of [...CANARY_WORDS, ...CANARY_ADDRESSES]) expect(found).toContain(canary);
    for (const kind of ['kind 4', 'kind 5', 'kind 6', 'kind 7', 'kind 8'])
      expect(found).toContain(kind);
  });

  it.each([
    ...(['name', 'trace', 'fork', 'exec', 'exit'] as const).map((kind) => [
      `kinds.${kind}`,
      { ...PUBLIC_RULES, kinds: { ...PUBLIC_RULES.kinds, [kind]: 'publish' } },
    ]),
    ...(
      ['initiatorPort', 'responderPort', 'text', 'detail', 'history', ...HOST_COLUMNS] as const
    ).map((column) => [
      `columns.${column}`,
      { ...PUBLIC_RULES, columns: { ...PUBLIC_RULES.columns, [column]: 'keep' } },
    ]),
    ...(['label', 'place'] as const).map((field) => [
      `endpoint.${field}`,
      { ...PUBLIC_RULES, endpoint: { ...PUBLIC_RULES.endpoint, [field]: 'keep' } },
    ]),
    ...(['probe', 'lat', 'lon'] as const).map((field) => [
      `tag.${field}`,
      { ...PUBLIC_RULES, tag: { ...PUBLIC_RULES.tag, [field]: 'keep' } },
    ]),
  ] as [string, PublicRules][])('leaks without the rule %s', (_, rules) => {
    expect(leaks(rules)).not.toEqual([]);
  });

  it('names home hosts by their site and others by their network', () => {
    const { table } = redact(operatorTable(), { sources: 'mask' });

    expect(table.endpoints.map(({ label, home }) => [label, home])).toEqual([
      ['203.0.113.0/24', false],
      ['Frankfurt', true],
      ['2606:4700:4700::/48', false],
      ['private network', false],
    ]);
  });

  it('leaves even networks out when sources are not to be named', () => {
    const { table } = redact(operatorTable(), { sources: 'none' });

    expect(table.endpoints.map(({ label }) => label)).toEqual(['', 'Frankfurt', 'private network']);
  });

  it('leaves out the prefix of hidden networks, and where a database has them', () => {
    const hidden = parseCidrs(['203.0.113.64/26', '2606:4700::/32']);

    const { table } = redact(operatorTable(), {
      sources: 'mask',
      ...(hidden.ok ? { hidden: hidden.value } : {}),
    });

    expect(table.endpoints.map(({ label }) => label)).not.toContain('203.0.113.0/24');
    expect(table.places.map(({ city }) => city)).not.toContain('San Francisco');
  });

  it('shows home and private hosts at the site, rounded, and others where a public database says', () => {
    const { table } = redact(operatorTable(), { sources: 'mask' });

    const site = { how: 'site', lat: 50.11, lon: 8.68, country: '', city: '', accuracyKm: 0 };
    const placeOf = (label: string) =>
      table.places[table.endpoints.find((end) => end.label === label)?.place ?? -1];
    expect(placeOf('Frankfurt')).toEqual(site);
    expect(placeOf('private network')).toEqual(site);
    expect(placeOf('203.0.113.0/24')).toMatchObject({ how: 'geo', city: 'San Francisco' });
    expect(table.tags).toEqual([
      {
        probe: '',
        boot: '00112233445566aa',
        site: 'Frankfurt',
        lat: 50.11,
        lon: 8.68,
        provenance: 0,
        sampling: 1,
        skewMs: 0,
      },
    ]);
  });

  it('shows a host of an operator’s network table nowhere', () => {
    const builder = new EventTableBuilder(1);
    builder.tag({
      probe: 'p',
      boot: '00112233445566aa',
      site: 's',
      lat: 1,
      lon: 2,
      provenance: 0,
      sampling: 1,
    });
    const place = builder.place({
      how: 'network',
      lat: 3,
      lon: 4,
      country: 'FR',
      city: 'x',
      accuracyKm: 0,
    });
    builder.endpoint({ label: '203.0.113.77', place, home: false });
    builder.add();

    const { table } = redact(builder.build(), { sources: 'mask' });

    expect(table.places).toEqual([
      { how: 'unknown', lat: 0, lon: 0, country: '', city: '', accuracyKm: 0 },
    ]);
  });

  it('keeps ports of remote hosts and counts rows it withholds', () => {
    const operator = operatorTable();

    const { table, withheld } = redact(operator, { sources: 'mask' });

    expect([...table.initiatorPort]).toEqual([SOURCE_PORT, SOURCE_PORT, SOURCE_PORT, 0, 0]);
    expect([...table.responderPort]).toEqual([0, 0, 0, 443, 0]);
    expect(withheld).toBe(5);
    expect(table.length + withheld).toBe(operator.length);
  });

  it('publishes what was found, and the evidence, of ends it may name', () => {
    const builder = new EventTableBuilder(1);
    const row = builder.add();
    builder.tag({ probe: 'p', boot: 'b', site: 's', lat: 1, lon: 2, provenance: 0, sampling: 1 });
    const place = builder.place({
      how: 'site',
      lat: 1,
      lon: 2,
      country: '',
      city: '',
      accuracyKm: 0,
    });
    builder.columns.initiator[row] = builder.endpoint({ label: '8.8.8.8', place, home: false });
    builder.columns.responder[row] = builder.endpoint({ label: '10.0.0.1', place, home: true });
    builder.columns.kind[row] = EVENT_KIND.finding;
    builder.columns.behaviour[row] = 1;
    builder.columns.evidence[row] = 120;

    const { table } = redact(builder.build(), { sources: 'mask' });

    expect([table.behaviour[0], table.evidence[0]]).toEqual([1, 120]);
    expect(table.endpoints.map(({ label }) => label)).toEqual(['8.8.8.0/24', 's']);
  });

  it('names no end, and no place of one, that a row does not tell', () => {
    const builder = new EventTableBuilder(1);
    builder.tag({ probe: 'p', boot: 'b', site: 's', lat: 1, lon: 2, provenance: 0, sampling: 1 });
    const place = builder.place({
      how: 'unknown',
      lat: 0,
      lon: 0,
      country: '',
      city: '',
      accuracyKm: 0,
    });
    builder.endpoint({ label: '', place, home: false });
    builder.columns.kind[builder.add()] = EVENT_KIND.close;

    const { table } = redact(builder.build(), { sources: 'mask' });

    expect(table.endpoints).toEqual([
      { label: '', place: 0, home: false, system: 0, marks: 0, listed: '' },
    ]);
    expect(table.places).toEqual([
      { how: 'unknown', lat: 0, lon: 0, country: '', city: '', accuracyKm: 0 },
    ]);
  });

  it('does not take an operator’s table for a public one', () => {
    const table = operatorTable();

    encodePublicRendering({
      audience: 'public',
      // @ts-expect-error: only redact makes a PublicTable
      table,
      withheld: 0,
      filtered: 0,
      databases: {},
      counters: {},
    });
  });
});
