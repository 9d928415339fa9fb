import { serviceId } from '../app/signature.ts';
import { BEHAVIOUR } from '../behaviour/finding.ts';
import { type Fields, jsonFields, listIn, objectIn } from './fields.ts';
import { stateOfFlags } from './flag-states.ts';
import type { ImportRows } from './import-rows.ts';
import { parseJsonLine } from './json-line.ts';
import type { LineOutcome } from './line-problem.ts';
import type { LineReader } from './line-reader.ts';
import { isName } from './names.ts';
import { protocolNumber } from './protocols.ts';
import { serviceNamed, TOLD_CONFIDENCE } from './service-names.ts';
import { suricataAnswers } from './suricata-dns.ts';

const MAX_FLAGS = 0xff;
/** How sure an alert is by its rule's own metadata, of 100; most rules do not say. */
const CONFIDENCE: Readonly<Record<string, number>> = { high: 90, medium: 70, low: 40 };
const UNSAID_CONFIDENCE = 60;
const DNS_PORTS: readonly number[] = [53, 853, 5353];

/** A line of EVE that was parsed. */
interface Eve {
  readonly line: string;
  readonly record: object;
  readonly fields: Fields;
}

/** Both ends of an event, as Suricata orders them. */
interface Ends {
  readonly source: Uint8Array;
  readonly target: Uint8Array;
  readonly sourcePort: number;
  readonly targetPort: number;
}

/**
 * Suricata's EVE JSON: `flow` makes flows, `alert` findings, `dns`, `tls`, `quic` and `http` names.
 * Source: https://docs.suricata.io/en/latest/output/eve/eve-json-format.html
 */
export class SuricataReader implements LineReader {
  readonly #rows: ImportRows;

  constructor(rows: ImportRows) {
    this.#rows = rows;
  }

  begin(): void {}

  read(line: string): LineOutcome {
    const parsed = parseJsonLine(line);
    if (!parsed.ok) return parsed.problem;
    const { record } = parsed;
    const fields = jsonFields(record, line);
    const eve = { line, record, fields };
    switch (fields.required('event_type')) {
      case 'flow':
        return this.#flow(eve);
      case 'alert':
        return this.#alert(eve);
      case 'dns':
        return this.#dns(eve);
      case 'tls':
        return this.#server(eve, ['tls', 'sni', 'https']);
      case 'quic':
        return this.#server(eve, ['quic', 'sni', 'quic']);
      case 'http':
        return this.#server(eve, ['http', 'hostname', 'http']);
      default:
        return fields.problem ?? 'other-event';
    }
  }

  finish(): void {}

  save(): undefined {}

  restore(): void {}

  #flow({ line, record, fields }: Eve): LineOutcome {
    const inner = objectIn(record, 'flow');
    if (inner === undefined) return noObject('flow');
    const flow = jsonFields(inner, line);
    const tcp = jsonFields(objectIn(record, 'tcp') ?? {}, line);
    const ends = endsOf(fields);
    const protocol = protocolOf(fields);
    const startMs = flow.has('start') ? flow.time('start') : fields.time('timestamp');
    const endMs = flow.has('end') ? flow.time('end') : startMs;
    const counts = {
      packetsOut: flow.whole('pkts_toserver'),
      packetsIn: flow.whole('pkts_toclient'),
      bytesOut: flow.whole('bytes_toserver'),
      bytesIn: flow.whole('bytes_toclient'),
      flagsOut: flagsOf(tcp, 'tcp_flags_ts'),
      flagsIn: flagsOf(tcp, 'tcp_flags_tc'),
    };
    const ports = icmpOr(protocol, fields, ends);
    const vlan = listIn(record, 'vlan')[0];
    const problem = fields.problem ?? flow.problem ?? tcp.problem;
    if (problem) return problem;
    this.#rows.flow({
      timeMs: startMs,
      durationMs: endMs - startMs,
      ...{ initiator: ends.source, responder: ends.target },
      ...ports,
      protocol,
      ...counts,
      state: stateOfFlags({ protocol, ...counts }),
      service: serviceNamed(fields.text('app_proto'), ends.targetPort),
      confidence: TOLD_CONFIDENCE,
      vlan: typeof vlan === 'number' && vlan > 0 && vlan < 4_096 ? Math.floor(vlan) : 0,
    });
    return undefined;
  }

  #alert({ line, record, fields }: Eve): LineOutcome {
    const inner = objectIn(record, 'alert');
    if (inner === undefined) return noObject('alert');
    const alert = jsonFields(inner, line);
    const packet = endsOf(fields);
    const timeMs = fields.time('timestamp');
    const protocol = protocolOf(fields);
    const text = alert.required('signature');
    const problem = fields.problem ?? alert.problem;
    if (problem) return problem;
    const ends = aimOf(inner, packet);
    this.#rows.finding({
      timeMs,
      durationMs: 0,
      ...{ source: ends.source, target: ends.target, targetPort: ends.targetPort },
      protocol,
      service: serviceNamed(fields.text('app_proto'), ends.targetPort),
      behaviour: BEHAVIOUR.idsAlert,
      confidence: confidenceOf(inner),
      evidence: 1,
      text,
      detail: detailOf(inner, alert),
    });
    return undefined;
  }

  #dns({ line, record, fields }: Eve): LineOutcome {
    const dns = objectIn(record, 'dns');
    if (dns === undefined) return noObject('dns');
    const answers = suricataAnswers(dns, line);
    if (answers.length === 0) return fields.problem ?? 'other-event';
    const ends = endsOf(fields);
    const timeMs = fields.time('timestamp');
    if (fields.problem) return fields.problem;
    const asked = DNS_PORTS.includes(ends.sourcePort) && !DNS_PORTS.includes(ends.targetPort);
    const asker = asked ? ends.target : ends.source;
    const service = serviceId('dns');
    const made = answers.filter((answer) => this.#rows.name({ timeMs, asker, ...answer, service }));
    return made.length > 0 ? undefined : 'repeated-name';
  }

  #server(
    { line, record, fields }: Eve,
    [of, field, service]: readonly [of: string, field: string, service: string],
  ): LineOutcome {
    const name = jsonFields(objectIn(record, of) ?? {}, line)
      .text(field)
      .replace(/:\d+$/, '');
    if (!isName(name)) return 'other-event';
    const ends = endsOf(fields);
    const timeMs = fields.time('timestamp');
    if (fields.problem) return fields.problem;
    const told = { timeMs, asker: ends.source, address: ends.target, name };
    return this.#rows.name({ ...told, service: serviceId(service) }) ? undefined : 'repeated-name';
  }
}

function noObject(name: string): LineOutcome {
  return { reason: 'missing-field', message: `there is no object ${name}` };
}

function endsOf(fields: Fields): Ends {
  return {
    source: fields.address('src_ip'),
    target: fields.address('dest_ip'),
    sourcePort: fields.port('src_port'),
    targetPort: fields.port('dest_port'),
  };
}

function protocolOf(fields: Fields): number {
  const protocol = protocolNumber(fields.required('proto'));
  if (protocol === undefined) fields.bad('proto', 'a protocol such as TCP');
  return protocol ?? 0;
}

/** An ICMP flow's ports are its first packet's type and code. */
function icmpOr(
  protocol: number,
  fields: Fields,
  ends: Ends,
): { initiatorPort: number; responderPort: number } {
  if (protocol !== 1 && protocol !== 58) {
    return { initiatorPort: ends.sourcePort, responderPort: ends.targetPort };
  }
  return {
    initiatorPort: fields.whole('icmp_type', 255),
    responderPort: fields.whole('icmp_code', 255),
  };
}

/** Flags in hex, as `1b`; 0 when they are not told. */
function flagsOf(tcp: Fields, name: string): number {
  const text = tcp.text(name);
  if (text === '') return 0;
  const flags = /^[0-9a-f]{1,2}$/i.test(text) ? Number.parseInt(text, 16) : MAX_FLAGS + 1;
  if (flags > MAX_FLAGS) tcp.bad(name, 'TCP flags in hex, such as 1b');
  return flags & MAX_FLAGS;
}

/** Who attacks whom: as the rule says where it does, else as the packet went that raised the alert. */
function aimOf(alert: object, packet: Ends): Ends {
  const from = endIn(alert, 'source');
  const to = endIn(alert, 'target');
  if (from === undefined || to === undefined) return packet;
  return {
    ...{ source: from.address, sourcePort: from.port },
    ...{ target: to.address, targetPort: to.port },
  };
}

function endIn(
  alert: object,
  name: string,
): { readonly address: Uint8Array; readonly port: number } | undefined {
  const end = objectIn(alert, name);
  if (end === undefined) return undefined;
  const fields = jsonFields(end, '');
  const address = fields.address('ip');
  const port = fields.port('port');
  return fields.problem ? undefined : { address, port };
}

function confidenceOf(alert: object): number {
  const [said] = listIn(objectIn(alert, 'metadata') ?? {}, 'confidence');
  return CONFIDENCE[String(said).toLowerCase()] ?? UNSAID_CONFIDENCE;
}

/** What else there is to know of an alert: rule, severity (1 is the worst), technique, what was done, category. */
function detailOf(inner: object, alert: Fields): string {
  const metadata = objectIn(inner, 'metadata') ?? {};
  const id = `${alert.text('gid') || 1}:${alert.text('signature_id')}:${alert.text('rev') || 0}`;
  const said = (name: string): string => listIn(metadata, name).map(String).join(',');
  const parts = [
    id,
    labelled('severity', alert.text('severity')),
    labelled('rated', said('signature_severity')),
    labelled('mitre', said('mitre_technique_id')),
    labelled('action', alert.text('action')),
    alert.text('category'),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function labelled(label: string, value: string): string {
  return value === '' ? '' : `${label}=${value}`;
}
