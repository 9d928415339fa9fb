import { Fields } from './fields.ts';

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

/** Where objects hold what lines of `--flows` say flatly: ends, and what the events API groups. */
const INSIDE: Readonly<Record<string, readonly [object: string, names: readonly string[]]>> = {
  initiator: ['initiator', ['address', 'label', 'ip']],
  responder: ['responder', ['address', 'label', 'ip']],
  initiatorPort: ['initiator', ['port']],
  responderPort: ['responder', ['port']],
  protocol: ['protocol', ['number', 'name']],
  service: ['service', ['name']],
  method: ['service', ['method']],
  confidence: ['service', ['confidence']],
  behaviour: ['finding', ['behaviour']],
  evidence: ['finding', ['evidence']],
  pid: ['process', ['pid']],
  parentPid: ['process', ['parentPid']],
  user: ['process', ['user']],
  exitCode: ['process', ['exitCode']],
  boot: ['sensor', ['boot']],
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

/** Names of fields are a closed set: none is a property that every object has. */
function find(values: Readonly<Record<string, unknown>>, name: string): unknown {
  const own = values[name];
  if (isSaid(own)) return own;
  const aliases = ALIASES[name];
  if (aliases !== undefined) {
    for (const alias of aliases) if (isSaid(values[alias])) return values[alias];
  }
  const inside = INSIDE[name];
  return inside === undefined ? undefined : findInside(values, inside);
}

function findInside(
  values: Readonly<Record<string, unknown>>,
  [object, names]: readonly [object: string, names: readonly string[]],
): unknown {
  for (const known of namesOf(object)) {
    const inner = values[known] as Readonly<Record<string, unknown>> | undefined;
    if (typeof inner !== 'object' || inner === null) continue;
    for (const one of names) if (isSaid(inner[one])) return inner[one];
  }
  return undefined;
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && typeof value !== 'object';
}

function namesOf(name: string): readonly string[] {
  return [name, ...(ALIASES[name] ?? [])];
}
