import { EVENT_KIND, isFlowKind } from '../event/kinds.ts';
import { type JsonObject, list, listsOf, marksOf, some, text, told } from './parts.ts';
import { type EventRecord, isIcmp, type RecordEnd, tellsEnds } from './record.ts';

/** Ids and captions of connection_info.direction_id. */
const DIRECTIONS = {
  inbound: [1, 'Inbound'],
  outbound: [2, 'Outbound'],
  internal: [3, 'Lateral'],
  transit: [99, 'Transit'],
  untold: [0, 'Unknown'],
} as const;

/** OCSF’s network_connection_info of a record. */
export function ocsfConnection(record: EventRecord): JsonObject {
  const { row, initiator, responder } = record;
  const [directionId, direction] = DIRECTIONS[row.direction];
  const ip = initiator.ip === '' ? responder.ip : initiator.ip;
  return {
    uid: row.flow === 0 ? undefined : `${row.tag.boot}:${row.flow}`,
    community_uid: text(record.communityId),
    direction_id: directionId,
    direction,
    protocol_num: tellsEnds(record) ? row.protocol : some(row.protocol),
    protocol_name: row.protocol === 0 ? undefined : protocolOf(row.protocolName),
    protocol_ver_id: ip === '' ? undefined : ip.includes(':') ? 6 : 4,
    tcp_flags: some(row.flagsOut | row.flagsIn),
    flag_history: text(row.history),
  };
}

/** OCSF’s network_traffic of a flow; out is from the source to the destination. */
export function ocsfTraffic({ row }: EventRecord): JsonObject | undefined {
  if (!isFlowKind(EVENT_KIND[row.kind])) return undefined;
  return {
    packets_out: row.packetsOut,
    packets_in: row.packetsIn,
    packets: row.packetsOut + row.packetsIn,
    bytes_out: row.bytesOut,
    bytes_in: row.bytesIn,
    bytes: row.bytesOut + row.bytesIn,
  };
}

/** OCSF’s network_endpoint; `hostname` is a name that the record itself tells. Undefined where nothing names it. */
export function ocsfEndpoint(
  end: RecordEnd,
  { row }: EventRecord,
  hostname?: string,
): JsonObject | undefined {
  const { place, system } = end;
  if (end.label === '') return undefined;
  const isPlaced = place.how !== 'unknown' && (place.country !== '' || place.city !== '');
  return {
    ip: text(end.ip),
    name: end.ip === '' ? end.label : undefined,
    hostname: hostname ?? end.name?.name,
    port: isIcmp(row) || row.kind === 'trace' ? undefined : some(end.port),
    location: isPlaced
      ? {
          lat: place.lat,
          long: place.lon,
          country: text(place.country),
          city: text(place.city),
        }
      : undefined,
    autonomous_system: told({ number: some(system.asn), name: text(system.organisation) }),
    vlan_uid: row.vlan === 0 ? undefined : String(row.vlan),
  };
}

/** OCSF’s list of JA4+ fingerprints; type 1 is JA4. */
export function ocsfJa4({ row }: EventRecord): readonly JsonObject[] | undefined {
  if (row.detail === '' || !isFlowKind(EVENT_KIND[row.kind])) return undefined;
  return [{ type_id: 1, type: 'JA4', value: row.detail }];
}

/** What OCSF has no attribute for. */
export function ocsfUnmapped(record: EventRecord): JsonObject {
  const { row, severity } = record;
  return {
    site_lat: row.tag.lat,
    site_lon: row.tag.lon,
    sampling: row.tag.sampling,
    skew_ms: some(row.tag.skewMs),
    service_class: row.service.id === 0 ? undefined : row.service.class,
    service_method: row.service.id === 0 ? undefined : row.method,
    service_confidence: row.service.id === 0 ? undefined : row.confidence,
    severity_reasons: severity.reasons.map(({ name }) => name),
    pair: some(row.pair),
    ttl: row.kind === 'trace' ? row.initiator.port : undefined,
    traced_name: row.kind === 'trace' ? text(row.text) : undefined,
    icmp: isIcmp(row) ? { type: row.initiator.port, code: row.responder.port } : undefined,
    owner: row.pid === 0 ? undefined : told({ pid: row.pid, name: text(row.text) }),
    src_marks: list(marksOf(record.initiator.marks)),
    dst_marks: list(marksOf(record.responder.marks)),
    src_lists: list(listsOf(record.initiator)),
    dst_lists: list(listsOf(record.responder)),
  };
}

/** As IANA writes it in lower case. */
function protocolOf(name: string): string {
  return name === 'icmp6' ? 'ipv6-icmp' : name;
}
