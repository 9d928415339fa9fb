import { Fields, objectIn } from './fields.ts';

/** What a field is also called, by those who write such lines by hand or with other tools. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  time: ['timestamp', '@timestamp', 'ts', 'start'],
  initiator: ['src', 'srcIp', 'src_ip', 'srcaddr', 'source', 'saddr', 'client'],
  responder: ['dst', 'dstIp', 'dst_ip', 'dest_ip', 'dstaddr', 'destination', 'daddr', 'server'],
  initiatorPort: ['srcPort', 'src_port', 'srcport', 'sport'],
  responderPort: ['dstPort', 'dst_port', 'dest_port', 'dstport', 'dport'],
  protocol: ['proto', 'protocolName'],
  packetsOut: ['packets', 'packets_out', 'pkts'],
  packetsIn: ['packets_in'],
  bytesOut: ['bytes', 'bytes_out'],
  bytesIn: ['bytes_in'],
  durationMs: ['duration_ms'],
};

/** Where an end that is an object says its address and port. */
const INSIDE: Readonly<Record<string, readonly [end: string, names: readonly string[]]>> = {
  initiator: ['initiator', ['address', 'label', 'ip']],
  responder: ['responder', ['address', 'label', 'ip']],
  initiatorPort: ['initiator', ['port']],
  responderPort: ['responder', ['port']],
};

/** Fields of Skirmish's own lines, also under their other names. */
export class NativeFields extends Fields {
  constructor(record: object, line: string) {
    const values = record as Readonly<Record<string, unknown>>;
    super({
      get: (name) => find(values, name),
      columnOf: (name) => {
        const said = namesOf(name).find((known) => Object.hasOwn(values, known)) ?? name;
        return line.indexOf(`"${said}"`) + 1;
      },
    });
  }
}

function find(values: Readonly<Record<string, unknown>>, name: string): unknown {
  for (const known of namesOf(name)) {
    const value = Object.hasOwn(values, known) ? values[known] : undefined;
    if (value !== undefined && value !== null && typeof value !== 'object') return value;
  }
  const [end, names] = INSIDE[name] ?? [];
  if (end === undefined) return undefined;
  for (const known of namesOf(end)) {
    const inner = objectIn(values, known) as Readonly<Record<string, unknown>> | undefined;
    const said = names?.find((one) => inner !== undefined && Object.hasOwn(inner, one));
    if (inner !== undefined && said !== undefined) return inner[said];
  }
  return undefined;
}

function namesOf(name: string): readonly string[] {
  return [name, ...(ALIASES[name] ?? [])];
}
