import { EVENT_KIND, isFlowKind } from '../event/kinds.ts';
import { isoTime } from './iso-time.ts';
import {
  findingText,
  isFinding,
  isProcess,
  type JsonObject,
  list,
  listsOf,
  marksOf,
  provenanceOf,
  some,
  spanOf,
  techniqueOf,
  text,
  told,
} from './parts.ts';
import { type EventRecord, isIcmp, outcomeOf, type RecordEnd } from './record.ts';

/** Of the Elastic Common Schema. Source: https://www.elastic.co/guide/en/ecs/8.17/ecs-field-reference.html */
const ECS_VERSION = '8.17.0';

/** A record as a document of the Elastic Common Schema; what that has no field for is under `skirmish`. */
export function ecsEvent(record: EventRecord): JsonObject {
  const { row } = record;
  return {
    '@timestamp': isoTime(row.time),
    ecs: { version: ECS_VERSION },
    message: isFinding(record) ? findingText(record) : undefined,
    tags: list(tagsOf(record)),
    event: eventOf(record),
    network: isProcess(record) ? undefined : networkOf(record),
    source: endOf(record.initiator, record, [row.packetsOut, row.bytesOut]),
    destination: endOf(record.responder, record, [row.packetsIn, row.bytesIn]),
    related: told({
      ip: list([...new Set([record.initiator.ip, record.responder.ip])].filter((ip) => ip !== '')),
      hosts: list(namesOf(record)),
    }),
    observer: observerOf(record),
    ...(isFinding(record) ? threatOf(record) : {}),
    ...(row.kind === 'name' && row.service.name === 'dns'
      ? { dns: { question: { name: row.text } } }
      : {}),
    process: isProcess(record) || row.pid !== 0 ? processOf(record) : undefined,
    user: isProcess(record) && row.kind !== 'exit' ? { id: String(row.user) } : undefined,
    skirmish: ownOf(record),
  };
}

/** event.category and event.type by kind. Source: https://www.elastic.co/guide/en/ecs/8.17/ecs-category-field-values-reference.html */
const MEANINGS: Readonly<Record<EventRecord['row']['kind'], readonly [string[], string[]]>> = {
  open: [['network'], ['connection', 'start']],
  data: [['network'], ['connection', 'info']],
  close: [['network'], ['connection', 'end']],
  whole: [['network'], ['connection', 'start', 'end']],
  name: [['network'], ['info', 'protocol']],
  trace: [['network'], ['info']],
  fork: [['process'], ['start']],
  exec: [['process'], ['start']],
  exit: [['process'], ['end']],
  finding: [['network', 'intrusion_detection'], ['info']],
};

function eventOf(record: EventRecord): JsonObject {
  const { row, severity } = record;
  const [category, type] = MEANINGS[row.kind];
  const { start, end } = spanOf(record);
  return {
    id: record.id,
    kind: row.kind === 'finding' ? 'alert' : 'event',
    category,
    type,
    action: isFinding(record) ? row.behaviour.name : row.kind,
    outcome: isFlowKind(EVENT_KIND[row.kind]) ? outcomeOf(row.state) : undefined,
    module: 'skirmish',
    dataset: `skirmish.${datasetOf(record)}`,
    start: isoTime(start),
    end: isoTime(end),
    // Nanoseconds.
    duration: row.durationMs * 1_000_000,
    ingested: isoTime(record.storedAt),
    severity: severity.level,
    reason: severity.level === 0 ? undefined : severity.reasons[0]?.label,
  };
}

function datasetOf(record: EventRecord): string {
  if (isProcess(record)) return 'process';
  return isFlowKind(EVENT_KIND[record.row.kind]) ? 'flow' : record.row.kind;
}

/** As ECS names them; transit between others is what it calls external. */
const DIRECTIONS = {
  inbound: 'inbound',
  outbound: 'outbound',
  internal: 'internal',
  transit: 'external',
  untold: 'unknown',
} as const;

function networkOf(record: EventRecord): JsonObject {
  const { row, initiator, responder } = record;
  const ip = initiator.ip === '' ? responder.ip : initiator.ip;
  return {
    type: ip === '' ? undefined : ip.includes(':') ? 'ipv6' : 'ipv4',
    transport: transportOf(record),
    iana_number: row.protocol === 0 ? undefined : String(row.protocol),
    protocol: row.service.id === 0 ? undefined : row.service.name,
    direction: DIRECTIONS[row.direction],
    ...(isFlowKind(EVENT_KIND[row.kind])
      ? { bytes: row.bytesOut + row.bytesIn, packets: row.packetsOut + row.packetsIn }
      : {}),
    community_id: text(record.communityId),
    vlan: row.vlan === 0 ? undefined : { id: String(row.vlan) },
  };
}

function transportOf({ row }: EventRecord): string | undefined {
  if (row.protocolName === 'icmp6') return 'ipv6-icmp';
  return row.protocol === 0 || row.protocolName === String(row.protocol)
    ? undefined
    : row.protocolName;
}

function endOf(
  end: RecordEnd,
  record: EventRecord,
  sent: readonly [packets: number, bytes: number],
): JsonObject | undefined {
  const isFlow = isFlowKind(EVENT_KIND[record.row.kind]);
  if (end.label === '' && !isFlow) return undefined;
  const { place, system } = end;
  const [packets, bytes] = isFlow ? sent : [];
  return {
    address: text(end.label),
    ip: text(end.ip),
    port: isIcmp(record.row) || record.row.kind === 'trace' ? undefined : some(end.port),
    domain: end.name?.name,
    packets,
    bytes,
    geo: place.how === 'unknown' ? undefined : geoOf(end),
    as: told({
      number: some(system.asn),
      organization: told({ name: text(system.organisation) }),
    }),
  };
}

function geoOf({ place }: RecordEnd): JsonObject {
  return {
    location: { lat: place.lat, lon: place.lon },
    country_iso_code: text(place.country),
    city_name: text(place.city),
  };
}

function observerOf({ row: { tag } }: EventRecord): JsonObject {
  return {
    vendor: 'Skirmish',
    product: 'Skirmish',
    type: 'sensor',
    name: text(tag.probe),
    geo: { name: tag.site, location: { lat: tag.lat, lon: tag.lon } },
  };
}

function threatOf(record: EventRecord): JsonObject {
  const { behaviour } = record.row;
  const technique = techniqueOf(record);
  const rule = { id: behaviour.name, name: behaviour.label, category: 'behaviour' };
  if (technique === undefined) return { rule };
  const [parent = technique.id, sub] = technique.id.split('.');
  const [parentName = technique.name, subName] = technique.name.split(': ');
  return {
    rule,
    threat: {
      framework: 'MITRE ATT&CK',
      technique: {
        id: [parent],
        name: [parentName],
        subtechnique:
          sub === undefined ? undefined : { id: [technique.id], name: [subName ?? parentName] },
      },
    },
  };
}

function processOf({ row }: EventRecord): JsonObject {
  const isExec = row.kind === 'exec';
  return {
    pid: row.pid,
    name: text(row.text),
    command_line: isExec ? text(`${row.text} ${row.detail}`.trim()) : undefined,
    exit_code: row.kind === 'exit' ? row.exitCode : undefined,
    parent: row.parentPid === 0 ? undefined : { pid: row.parentPid },
  };
}

function namesOf({ row, initiator, responder }: EventRecord): readonly string[] {
  const named = row.kind === 'name' || row.kind === 'trace' ? row.text : '';
  const names = [initiator.name?.name ?? '', responder.name?.name ?? '', named];
  return [...new Set(names)].filter((name) => name !== '');
}

function tagsOf(record: EventRecord): readonly string[] {
  const provenance = provenanceOf(record);
  const lists = [...listsOf(record.initiator), ...listsOf(record.responder)];
  return [
    ...(provenance === 'measured' ? [] : [provenance]),
    ...[...new Set(lists)].map((name) => `listed:${name}`),
  ];
}

function ownOf(record: EventRecord): JsonObject {
  const { row, severity } = record;
  return {
    kind: row.kind,
    boot: row.tag.boot,
    flow: some(row.flow),
    provenance: provenanceOf(record),
    sampling: row.tag.sampling,
    skew_ms: some(row.tag.skewMs),
    state: row.state === 'NONE' ? undefined : row.state,
    history: text(row.history),
    service_class: row.service.id === 0 ? undefined : row.service.class,
    method: row.method,
    confidence: row.confidence,
    severity_reasons: severity.reasons.map(({ name }) => name),
    evidence: isFinding(record) ? row.evidence : undefined,
    folded: some(row.folded),
    pair: some(row.pair),
    name: row.kind === 'name' || row.kind === 'trace' ? text(row.text) : undefined,
    ja4: isFlowKind(EVENT_KIND[row.kind]) ? text(row.detail) : undefined,
    ttl: row.kind === 'trace' ? row.initiator.port : undefined,
    icmp: isIcmp(row) ? { type: row.initiator.port, code: row.responder.port } : undefined,
    source_marks: list(marksOf(record.initiator.marks)),
    destination_marks: list(marksOf(record.responder.marks)),
  };
}
