import { EVENT_KIND, isFlowKind } from '../event/kinds.ts';
import { hashText } from '../fold/hash.ts';
import { eveTime } from './iso-time.ts';
import {
  findingText,
  isFinding,
  type JsonObject,
  listsOf,
  spanOf,
  techniqueOf,
  text,
} from './parts.ts';
import { type EventRecord, isIcmp } from './record.ts';

/** Signature ids that Suricata leaves to its users begin here. Source: https://sidallocation.org */
const FIRST_SID = 1_900_000;
/** What rules of Emerging Threats call their severities, by ours. */
const SEVERITIES = ['Informational', 'Minor', 'Minor', 'Major', 'Critical'] as const;
/** Hex digits of a flow id: 52 bits, which every reader of JSON keeps. */
const FLOW_ID_DIGITS = 13;

/**
 * A record as an event of Suricata's EVE: `flow`, `alert` for a finding, `dns`, `tls` or `http` for a name. Rows of one
 * flow share a flow_id, and a sum over them is the flow's total. Undefined for what EVE has no event type for.
 * Source: https://docs.suricata.io/en/suricata-7.0.0/output/eve/eve-json-format.html
 */
export function eveEvent(record: EventRecord): JsonObject | undefined {
  const { row } = record;
  if (isFlowKind(EVENT_KIND[row.kind])) return { ...headOf(record, 'flow'), flow: flowOf(record) };
  if (isFinding(record)) return { ...headOf(record, 'alert'), alert: alertOf(record) };
  if (row.kind === 'name') return nameOf(record);
  return undefined;
}

function headOf(record: EventRecord, type: string): JsonObject {
  const { row, initiator, responder } = record;
  const ports = isIcmp(row)
    ? { icmp_type: initiator.port, icmp_code: responder.port }
    : { src_port: initiator.port || undefined, dest_port: responder.port || undefined };
  return {
    timestamp: eveTime(row.time),
    flow_id: row.flow === 0 ? undefined : flowIdOf(record),
    event_type: type,
    vlan: row.vlan === 0 ? undefined : [row.vlan],
    // A network or a site is no address: what reads EVE would refuse it.
    src_ip: text(initiator.ip),
    dest_ip: text(responder.ip),
    ...ports,
    proto: row.protocol === 0 ? undefined : protocolOf(row.protocolName),
    app_proto: row.method === 'payload' ? applicationOf(row.service.name) : undefined,
    community_id: text(record.communityId),
  };
}

function flowIdOf({ row: { tag, flow } }: EventRecord): number {
  return Number.parseInt(hashText(`${tag.boot} ${flow}`).slice(0, FLOW_ID_DIGITS), 16);
}

function flowOf(record: EventRecord): JsonObject {
  const { row } = record;
  const { start, end } = spanOf(record);
  return {
    pkts_toserver: row.packetsOut,
    pkts_toclient: row.packetsIn,
    bytes_toserver: row.bytesOut,
    bytes_toclient: row.bytesIn,
    start: eveTime(start),
    end: eveTime(end),
    age: Math.floor(row.durationMs / 1_000),
    state: row.kind === 'open' ? 'new' : row.kind === 'data' ? 'established' : 'closed',
  };
}

function alertOf(record: EventRecord): JsonObject {
  const { row, severity, initiator, responder } = record;
  const technique = techniqueOf(record);
  const lists = [...new Set([...listsOf(initiator), ...listsOf(responder)])];
  return {
    action: 'allowed',
    gid: 1,
    signature_id: FIRST_SID + row.behaviour.id,
    rev: 1,
    signature: `SKIRMISH ${findingText(record)}`,
    category: row.behaviour.label,
    // 1 is the gravest, 3 the least.
    severity: Math.max(1, 4 - Math.max(1, severity.level)),
    source: initiator.ip === '' ? undefined : { ip: initiator.ip },
    target: responder.ip === '' ? undefined : { ip: responder.ip },
    metadata: {
      signature_severity: [SEVERITIES[severity.level] as string],
      tag: [
        ...(technique === undefined ? [] : [technique.id]),
        ...lists.map((name) => `listed:${name}`),
      ],
    },
  };
}

/** Who asked for a name, and what it stood for. */
function nameOf(record: EventRecord): JsonObject {
  const { row, responder } = record;
  if (row.service.name !== 'dns') {
    return row.service.name === 'http'
      ? { ...headOf(record, 'http'), http: { hostname: row.text } }
      : { ...headOf(record, 'tls'), tls: { sni: row.text } };
  }
  const type = responder.ip.includes(':') ? 'AAAA' : 'A';
  // The named address is what was answered, not who answered.
  const { dest_ip: _, ...head } = headOf(record, 'dns');
  return {
    ...head,
    dns: {
      version: 2,
      type: 'answer',
      rrname: row.text,
      rrtype: type,
      ...(responder.ip === '' ? {} : { grouped: { [type]: [responder.ip] } }),
    },
  };
}

function protocolOf(name: string): string {
  return name === 'icmp6' ? 'IPv6-ICMP' : name.toUpperCase();
}

/** Suricata names what is inside TLS after TLS. */
function applicationOf(service: string): string {
  return service === 'https' ? 'tls' : service;
}
