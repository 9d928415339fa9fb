import { CONN_STATES, type ConnState, DIRECTION, EVENT_KIND, PROTOCOL } from '../event/kinds.ts';
import type { Endpoint, EventTable } from '../event/table.ts';
import { BEHAVIOURS } from './behaviours.ts';
import { SERVICES } from './services.ts';
import { REASONS, type SeverityLevel, type SeverityReason } from './severity-reasons.ts';

/** How much a row asks for attention, and why. */
export interface Severity {
  /** That of the gravest reason. */
  readonly level: SeverityLevel;
  /** At least one, gravest first. */
  readonly reasons: readonly SeverityReason[];
}

/**
 * How grave row `i` is. It follows from its kind, behaviour, direction, state, service and the lists that hold its ends,
 * which both audiences are told; an end that may not be told counts as not listed.
 */
export function severityOf(table: EventTable, i: number): Severity {
  return severityOfBits(reasonBits(table, i, listedEnds(table)));
}

/** The level of every row, for filters: `column[i]` is `severityOf(table, i).level`. */
export function severityColumn(table: EventTable): Uint8Array {
  const listed = listedEnds(table);
  const column = new Uint8Array(table.length);
  for (let i = 0; i < column.length; i++) column[i] = levelOfBits(reasonBits(table, i, listed));
  return column;
}

/** The reasons of every row as bits, bit n being REASONS[n]: what folds join with `|`. */
export function reasonColumn(table: EventTable): Uint32Array {
  const listed = listedEnds(table);
  const column = new Uint32Array(table.length);
  for (let i = 0; i < column.length; i++) column[i] = reasonBits(table, i, listed);
  return column;
}

/** What joined bits of `reasonColumn` say. */
export function severityOfBits(bits: number): Severity {
  const reasons = REASONS.filter((_, n) => ((bits >>> n) & 1) === 1);
  const told = reasons.length > 0 ? reasons : [REASONS[REASONS.length - 1] as SeverityReason];
  const level = told[0]?.level ?? 0;
  // What is unremarkable alone is no reason beside others.
  return { level, reasons: level > 0 ? told.filter((reason) => reason.level > 0) : told };
}

/** Names of the reasons that bits say, to be stored. */
export function reasonNames(bits: number): readonly string[] {
  return REASONS.filter((_, n) => ((bits >>> n) & 1) === 1).map(({ name }) => name);
}

/** Bits of the reasons that `reasonNames` gave; a name that there is no more says nothing. */
export function reasonBitsOf(names: readonly string[]): number {
  return REASONS.reduce((bits, { name }, n) => (names.includes(name) ? bits | (1 << n) : bits), 0);
}

/** The level alone. */
export function levelOfBits(bits: number): SeverityLevel {
  return bits === 0 ? 0 : (LEVELS[31 - Math.clz32(bits & -bits)] as SeverityLevel);
}

const LEVELS = REASONS.map(({ level }) => level);
const UNREMARKABLE = bit('unremarkable');
const UNANSWERED = bit('unanswered');
const LISTED_CONTACT = bit('listed-contact');
const LISTED_TALK = bit('listed-talk');
const LISTED_CALL = bit('listed-call');
const LISTED_ANSWER = bit('listed-answer');
/** A service that is told by the initiator's port alone is less sure than this: it exposes nothing. */
const SURE = 40;

const INDUSTRIAL = new Set('modbus s7 dnp3 bacnet ethernet-ip opc-ua iec104 fins'.split(' '));
const MANAGEMENT = new Set(
  'snmp ldap ipmi winbox smart-install docker kubernetes adb tr069 msrpc rpcbind'.split(' '),
);
const FILE_SERVERS = new Set('smb ftp tftp nfs afp rsync printer'.split(' '));

/** Of reasons that an inbound connection to a service gives once it is established, by id of SERVICES. */
const EXPOSED = Uint32Array.from(SERVICES, ({ name, class: serviceClass }) => {
  if (['telnet', 'rlogin'].includes(name)) return bit('clear-text-shell');
  if (serviceClass === 'remote-shell') return bit('remote-shell');
  if (serviceClass === 'remote-desktop') return bit('remote-desktop');
  if (serviceClass === 'database') return bit('database');
  if (INDUSTRIAL.has(name)) return bit('industrial');
  if (MANAGEMENT.has(name)) return bit('management');
  if (FILE_SERVERS.has(name)) return bit('file-server');
  return 0;
});
/** By id of BEHAVIOURS, by direction: inbound, from home (outbound and internal), elsewhere. */
const FOUND = BEHAVIOURS.map(({ name }): readonly [number, number, number] => {
  if (name.startsWith('scan-') || name === 'sweep')
    return [bit('scan'), bit('scan-from-home'), bit('scan')];
  if (name === 'syn-flood') return [bit('flood'), bit('flood-from-home'), bit('flood-elsewhere')];
  if (name === 'brute-force')
    return [bit('guessing'), bit('guessing-from-home'), bit('guessing-elsewhere')];
  if (name === 'reflection')
    return [bit('reflection'), bit('reflector-at-home'), bit('reflection-elsewhere')];
  // What is behind an alert only its text says: most of those from home are of policy, and no attacks.
  if (name === 'ids-alert') return [bit('alert'), bit('alert'), bit('alert')];
  return [bit('finding'), bit('finding-from-home'), bit('finding')];
});
const BRUTE_FORCE = BEHAVIOURS.findIndex(({ name }) => name === 'brute-force');
/** Attempts from which guessing is more than trying the usual passwords. */
const PERSISTENT = 1_000;
const PERSISTENT_GUESSING = bit('persistent-guessing');

/** Both ends have talked, in Zeek's terms. */
const ESTABLISHED = stateSet(['SF', 'S1', 'S2', 'S3', 'RSTO', 'RSTR']);
/** Nobody answered, or refused. */
const FAILED = stateSet(['S0', 'REJ', 'RSTOS0', 'RSTRH', 'SH', 'SHR']);
/** No SYN was seen: it began before the capture did. */
const UNDER_WAY = stateSet(['OTH']);
const SYN_ACK = 0x12;
const ACK = 0x10;
const RST = 0x04;

function reasonBits(table: EventTable, i: number, listed: Uint8Array): number {
  const kind = table.kind[i] as number;
  if (kind === EVENT_KIND.finding)
    return findingBits(table, i) | (isListed(table, i, listed) ? LISTED_CONTACT : 0);
  if (kind > EVENT_KIND.whole) return UNREMARKABLE;
  const direction = table.direction[i] as number;
  if (direction === DIRECTION.untold) return UNREMARKABLE;
  const established = isEstablished(table, i);
  const inbound = direction === DIRECTION.inbound;
  let bits = UNREMARKABLE;
  if (inbound && established && (table.confidence[i] as number) >= SURE)
    bits |= EXPOSED[table.service[i] as number] ?? 0;
  if (inbound && FAILED[table.state[i] as number] === 1) bits |= UNANSWERED;
  if (isListed(table, i, listed)) bits |= listedBit(direction, established);
  return bits;
}

function findingBits(table: EventTable, i: number): number {
  const behaviour = table.behaviour[i] as number;
  const found = FOUND[behaviour] ?? (FOUND[0] as readonly [number, number, number]);
  const direction = table.direction[i] as number;
  if (direction === DIRECTION.outbound || direction === DIRECTION.internal) return found[1];
  if (direction !== DIRECTION.inbound) return found[2];
  const persistent = behaviour === BRUTE_FORCE && (table.evidence[i] as number) >= PERSISTENT;
  return persistent ? found[0] | PERSISTENT_GUESSING : found[0];
}

function listedBit(direction: number, established: boolean): number {
  if (direction === DIRECTION.outbound) return established ? LISTED_ANSWER : LISTED_CALL;
  return direction === DIRECTION.inbound && established ? LISTED_TALK : LISTED_CONTACT;
}

/** By the state; before there is one, and where it does not say, by what both have sent. */
function isEstablished(table: EventTable, i: number): boolean {
  const state = table.state[i] as number;
  if (state !== 0 && UNDER_WAY[state] === 0) return ESTABLISHED[state] === 1;
  if (table.protocol[i] !== PROTOCOL.tcp) return (table.packetsIn[i] as number) > 0;
  const [out, back] = [table.flagsOut[i] as number, table.flagsIn[i] as number];
  const goesBothWays = (out & back & ACK) !== 0 && ((out | back) & RST) === 0;
  return goesBothWays || (state === 0 && (back & SYN_ACK) === SYN_ACK);
}

/** An end outside the home networks is on a list: whether a home address is, is not for all to know. */
function isListed(table: EventTable, i: number, listed: Uint8Array): boolean {
  return (
    ((listed[table.initiator[i] as number] as number) |
      (listed[table.responder[i] as number] as number)) !==
    0
  );
}

function listedEnds({ endpoints }: EventTable): Uint8Array {
  return Uint8Array.from(endpoints, ({ listed, home }: Endpoint) =>
    listed !== '' && !home ? 1 : 0,
  );
}

function stateSet(states: readonly ConnState[]): Uint8Array {
  return Uint8Array.from(CONN_STATES, (state) => (states.includes(state) ? 1 : 0));
}

function bit(name: (typeof REASONS)[number]['name']): number {
  return 1 << REASONS.findIndex((reason) => reason.name === name);
}
