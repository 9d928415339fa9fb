import { SERVICES } from '../core/classify/services.ts';
import { CONN_STATES, DIRECTION, EVENT_KIND, PROTOCOL } from '../core/event/kinds.ts';
import type { Audience, Place, Rendering } from '../core/event/table.ts';
import { EventTableBuilder } from '../core/event/table-builder.ts';

/** Sources, the n-th of which sends 1/n as much as the first, as on the internet. */
const SOURCES = 60_000;
const NETWORKS_PER_SYSTEM = 7;
const HOME_HOSTS = 12;
const COUNTRIES = 180;
/** In a thousand rows: names that were looked up, and findings. */
const NAMES = 20;
const FINDINGS = 5;
const AT_HOME: Place = {
  how: 'site',
  lat: 50.11,
  lon: 8.68,
  country: 'DE',
  city: '',
  accuracyKm: 0,
};
const SCANNED = [
  ...['ssh', 'ssh', 'ssh', 'telnet', 'telnet', 'http', 'https', 'smb', 'rdp', 'sip', 'redis'],
  ...['mysql', 'vnc', 'smtp', 'ftp', 'adb', 'mongodb', 'mqtt', 'postgresql', 'winbox', 'dns'],
].map((name) =>
  Math.max(
    0,
    SERVICES.findIndex((service) => service.name === name),
  ),
);

/** One second's segment of made-up flows that begin at `startMs`: what wrangle makes of a scanned network. */
export function madeUpSegment(
  audience: Audience,
  startMs: number,
  options: { readonly flows: number; readonly seed: number },
): Rendering {
  const random = randomFrom(options.seed);
  const builder = new EventTableBuilder(options.flows);
  const tags = ['Frankfurt', 'São Paulo'].map((site, i) =>
    builder.tag({
      probe: audience === 'operator' ? `probe-${i}` : '',
      boot: '00112233445566aa',
      ...{ site, lat: 50.11, lon: 8.68, provenance: 0, sampling: 1 },
    }),
  );
  let withheld = 0;
  for (let n = 0; n < options.flows; n++) {
    const kind = kindOf(random() * 1_000);
    // The public is told no names.
    if (kind === EVENT_KIND.name && audience === 'public') withheld++;
    else addRow(builder, { audience, startMs, kind, random, tag: tags[n & 1] as number });
  }
  const table = builder.build();
  return { audience, table, withheld, filtered: 0, databases: {}, counters: {} };
}

interface NewRow {
  readonly audience: Audience;
  readonly startMs: number;
  readonly kind: number;
  readonly random: () => number;
  readonly tag: number;
}

function addRow(builder: EventTableBuilder, row: NewRow): void {
  const { random, kind, startMs, tag, audience } = row;
  const i = builder.add();
  const { columns } = builder;
  const source = Math.floor(SOURCES ** random());
  columns.kind[i] = kind;
  columns.tag[i] = tag;
  columns.time[i] = Math.floor(startMs + random() * 1_000);
  columns.initiator[i] = sourceEnd(builder, source, audience);
  columns.responder[i] = homeEnd(builder, Math.floor(random() * HOME_HOSTS), { audience, tag });
  columns.initiatorPort[i] = 1_024 + Math.floor(random() * 60_000);
  columns.responderPort[i] = 22;
  columns.protocol[i] = PROTOCOL.tcp;
  columns.packetsOut[i] = 1 + Math.floor(8 ** random());
  columns.packetsIn[i] = Math.floor(8 * random());
  columns.bytesOut[i] = 60 + Math.floor(5_000 ** random());
  columns.bytesIn[i] = 40 + Math.floor(90_000 ** random());
  columns.state[i] = CONN_STATES.indexOf('REJ');
  columns.service[i] = SCANNED[Math.floor(random() * SCANNED.length)] as number;
  columns.direction[i] = DIRECTION.inbound;
  columns.pair[i] = Math.floor(random() * 2 ** 32);
  if (kind === EVENT_KIND.name) {
    columns.responder[i] = columns.initiator[i] as number;
    columns.text[i] = builder.text(`host-${source}.example.net`);
  }
  if (kind === EVENT_KIND.finding) {
    columns.behaviour[i] = 1 + Math.floor(random() * 6);
    columns.evidence[i] = 30 + Math.floor(1_000 * random());
  }
}

function kindOf(share: number): number {
  if (share < FINDINGS) return EVENT_KIND.finding;
  if (share < FINDINGS + NAMES) return EVENT_KIND.name;
  return share < 100 ? EVENT_KIND.data : EVENT_KIND.whole;
}

function sourceEnd(builder: EventTableBuilder, source: number, audience: Audience): number {
  const scattered = Math.imul(source, 0x9e3779b1) >>> 0;
  const network = [1 + (scattered % 223), (scattered >>> 8) & 255, (scattered >>> 16) & 255];
  const asn = 1_000 + Math.floor((source % 9_000) / NETWORKS_PER_SYSTEM) * 37;
  const last = (scattered >>> 24) & 255;
  return builder.endpoint({
    label: audience === 'operator' ? [...network, last].join('.') : `${network.join('.')}.0/24`,
    home: false,
    place: builder.place(placeOf(Math.floor(COUNTRIES ** ((source % 997) / 997)))),
    system: builder.system({ asn, organisation: `Example Networks ${asn} Ltd.` }),
  });
}

function placeOf(country: number): Place {
  const letter = (n: number): string => String.fromCharCode(65 + (n % 26));
  const code = letter(country) + letter(Math.floor(country / 7));
  return { how: 'geo', lat: country / 2, lon: country, country: code, city: '', accuracyKm: 50 };
}

function homeEnd(
  builder: EventTableBuilder,
  host: number,
  { audience, tag }: { readonly audience: Audience; readonly tag: number },
): number {
  const site = tag === 0 ? 'Frankfurt' : 'São Paulo';
  return builder.endpoint({
    label: audience === 'operator' ? `198.51.100.${host + 10}` : site,
    home: true,
    place: builder.place(AT_HOME),
  });
}

function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
