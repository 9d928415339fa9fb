import {
  BEHAVIOUR_CHOICES,
  type Choice,
  CLASS_CHOICES,
  DIRECTION_CHOICES,
  KIND_CHOICES,
  MARK_CHOICES,
  METHOD_CHOICES,
  PROTOCOL_CHOICES,
  PROVENANCE_CHOICES,
  SERVICE_CHOICES,
  SEVERITY_CHOICES,
  STATE_CHOICES,
  TECHNIQUE_CHOICES,
} from './choices.ts';
import type { Unit } from './quantity.ts';

/** Names of the fields, as canonical text writes them. */
export type FieldName =
  | 'host'
  | 'country'
  | 'city'
  | 'as'
  | 'org'
  | 'mark'
  | 'listed'
  | 'class'
  | 'service'
  | 'port'
  | 'srcport'
  | 'proto'
  | 'sensor'
  | 'site'
  | 'probe'
  | 'direction'
  | 'state'
  | 'kind'
  | 'method'
  | 'confidence'
  | 'severity'
  | 'behaviour'
  | 'technique'
  | 'provenance'
  | 'bytes'
  | 'packets'
  | 'duration'
  | 'vlan';

/** What values a field takes. */
export interface Field {
  readonly name: FieldName;
  readonly aliases: readonly string[];
  /** For people, in completions and errors. */
  readonly label: string;
  readonly example: string;
  /** It is one of an end: `src.` and `dst.` before it ask for that end only. */
  readonly ofEnd: boolean;
  /** Members of a closed set. */
  readonly choices?: readonly Choice[];
  /** Whole numbers from `min` to `max`. */
  readonly numbers?: { readonly unit: Unit; readonly min: number; readonly max: number };
  /** Free text; `country` only two letters, `host` also addresses and networks. */
  readonly texts?: 'text' | 'country' | 'host';
  /** `*` asks for any that is known. */
  readonly known: boolean;
}

const MOST = Number.MAX_SAFE_INTEGER;
const U32 = 0xffff_ffff;

const ENDS: readonly Field[] = [
  of('host', 'Address, network or name of an end', '203.0.113.0/24', {
    ...{ aliases: ['ip', 'address'], ofEnd: true, texts: 'host' },
  }),
  of('country', 'Country of an end, two letters', 'CN', {
    ...{ ofEnd: true, texts: 'country', known: true },
  }),
  of('city', 'City of an end', 'athens', { ofEnd: true, texts: 'text', known: true }),
  of('as', 'Autonomous system: number or organisation', '15169', {
    ...{ aliases: ['asn'], ofEnd: true, texts: 'text', known: true },
    numbers: { unit: 'plain', min: 1, max: U32 },
  }),
  of('org', 'Organisation that announces an end', 'hetzner', {
    ...{ aliases: ['organisation', 'organization'], ofEnd: true, texts: 'text', known: true },
  }),
  of('mark', 'Kind of network of an end', 'hosting', {
    ...{ aliases: ['marks'], ofEnd: true, choices: MARK_CHOICES, known: true },
  }),
  of('listed', 'Intelligence list that holds an end', '*', {
    ...{ aliases: ['list', 'intel'], ofEnd: true, texts: 'text', known: true },
  }),
];

const ROWS: readonly Field[] = [
  of('class', 'Class of service, or a service', 'remote-shell', { choices: CLASS_CHOICES }),
  of('service', 'Service', 'ssh', { choices: SERVICE_CHOICES }),
  of('port', 'Port of the responder', '22..2323', {
    ...{ aliases: ['dport', 'dstport'], numbers: { unit: 'plain', min: 1, max: 0xffff } },
  }),
  of('srcport', 'Port of the initiator', '1024..', {
    ...{ aliases: ['sport'], numbers: { unit: 'plain', min: 1, max: 0xffff } },
  }),
  of('proto', 'IP protocol', 'tcp', {
    ...{ aliases: ['protocol'], choices: PROTOCOL_CHOICES },
    numbers: { unit: 'plain', min: 0, max: 255 },
  }),
  of('sensor', 'Site or probe that saw it', 'athens', { texts: 'text' }),
  of('site', 'Site that saw it', 'athens', { texts: 'text' }),
  of('probe', 'Probe that saw it', 'athens-1', { texts: 'text', known: true }),
  of('direction', 'Seen from the sensor', 'inbound', { choices: DIRECTION_CHOICES }),
  of('state', 'How the connection stands (Zeek)', 'S0', { choices: STATE_CHOICES }),
  of('kind', 'Kind of row', 'finding', { choices: KIND_CHOICES }),
  of('method', 'How the service was told', 'payload', { choices: METHOD_CHOICES }),
  of('confidence', 'How sure it is', '>=0.8', { numbers: { unit: 'share', min: 0, max: 100 } }),
  of('severity', 'How much it asks for attention', '>=high', {
    ...{ choices: SEVERITY_CHOICES, numbers: { unit: 'plain', min: 0, max: 4 } },
  }),
  of('behaviour', 'What a finding found', 'scan-vertical', {
    ...{ aliases: ['behavior', 'finding'], choices: BEHAVIOUR_CHOICES, known: true },
  }),
  of('technique', 'MITRE ATT&CK technique of a finding', 'T1110', {
    ...{ aliases: ['mitre'], choices: TECHNIQUE_CHOICES, known: true },
  }),
  of('provenance', 'Where the event comes from', 'measured', { choices: PROVENANCE_CHOICES }),
  of('bytes', 'Bytes both ways', '>10kb', { numbers: { unit: 'bytes', min: 0, max: MOST } }),
  of('packets', 'Packets both ways', '1..3', { numbers: { unit: 'count', min: 0, max: 2 * U32 } }),
  of('duration', 'How long it took', '>5s', { numbers: { unit: 'time', min: 0, max: U32 } }),
  of('vlan', 'Outermost VLAN', '10', {
    ...{ numbers: { unit: 'plain', min: 1, max: 4095 }, known: true },
  }),
];

/** Every field. */
export const FIELDS: readonly Field[] = [...ENDS, ...ROWS];

/** What is before a field of an end, and which end it means. */
export const END_PREFIXES = { 'src.': 'initiator', 'dst.': 'responder' } as const;

/** The end whose address a name stands for by itself: `src` is `src.host`. */
export const END_NAMES = { src: 'initiator', dst: 'responder' } as const;

/** Every name a field goes by, aliases and those with an end included. */
export const FIELD_NAMES: ReadonlyMap<string, Field> = new Map(
  FIELDS.flatMap((field) => [field.name, ...field.aliases].map((name) => [name, field] as const)),
);

/** The field of a canonical name. */
export function fieldNamed(name: FieldName): Field {
  return FIELD_NAMES.get(name) as Field;
}

function of(name: FieldName, label: string, example: string, rest: Partial<Field>): Field {
  return { name, label, example, aliases: [], ofEnd: false, known: false, ...rest };
}
