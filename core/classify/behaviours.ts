/** A technique of MITRE ATT&CK (Enterprise): https://attack.mitre.org/techniques/enterprise/ */
export interface Technique {
  /** 'T1595.001'. */
  readonly id: string;
  readonly name: string;
}

/** What one host does to others, told by how many flows it makes and how they end. */
export interface Behaviour {
  /** Index in BEHAVIOURS, the same for ever; 0 is none. */
  readonly id: number;
  /** Lower case, stable: 'scan-vertical'. */
  readonly name: string;
  /** For people: 'Port scan'. */
  readonly label: string;
  /** What `evidence` of a finding counts: 'ports'. */
  readonly counted: string;
  /** By whether its source is outside the sensor's home networks; undefined for none. */
  readonly outside: Technique | undefined;
  readonly inside: Technique | undefined;
}

const SERVICE_DISCOVERY = { id: 'T1046', name: 'Network Service Discovery' };
const SCANNING_BLOCKS = { id: 'T1595.001', name: 'Active Scanning: Scanning IP Blocks' };
const SYSTEM_DISCOVERY = { id: 'T1018', name: 'Remote System Discovery' };
const EXHAUSTION = { id: 'T1499.001', name: 'Endpoint Denial of Service: OS Exhaustion Flood' };
const BRUTE_FORCE = { id: 'T1110', name: 'Brute Force' };
const REFLECTION = { id: 'T1498.002', name: 'Network Denial of Service: Reflection Amplification' };

const LINES: readonly Omit<Behaviour, 'id'>[] = [
  { name: 'none', label: 'None', counted: '', outside: undefined, inside: undefined },
  behaviour('scan-vertical', 'Port scan', 'ports', [SERVICE_DISCOVERY, SERVICE_DISCOVERY]),
  behaviour('scan-horizontal', 'Host scan', 'hosts', [SCANNING_BLOCKS, SERVICE_DISCOVERY]),
  behaviour('sweep', 'Ping sweep', 'hosts', [SCANNING_BLOCKS, SYSTEM_DISCOVERY]),
  behaviour('syn-flood', 'SYN flood', 'attempts', [EXHAUSTION, EXHAUSTION]),
  behaviour('brute-force', 'Brute force', 'attempts', [BRUTE_FORCE, BRUTE_FORCE]),
  behaviour('reflection', 'UDP reflection', 'answers', [REFLECTION, REFLECTION]),
  // What a rule of another tool saw: its text says what, and which technique differs from rule to rule.
  {
    name: 'ids-alert',
    label: 'IDS alert',
    counted: 'alerts',
    outside: undefined,
    inside: undefined,
  },
];

/** Every behaviour, at its id. Append only. */
export const BEHAVIOURS: readonly Behaviour[] = LINES.map((line, id) => ({ id, ...line }));

function behaviour(
  name: string,
  label: string,
  counted: string,
  [outside, inside]: readonly [Technique, Technique],
): Omit<Behaviour, 'id'> {
  return { name, label, counted, outside, inside };
}
