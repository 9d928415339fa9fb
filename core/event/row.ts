import { BEHAVIOURS, type Behaviour } from '../classify/behaviours.ts';
import { SERVICES, type Service } from '../classify/services.ts';
import { CONN_STATES, type ConnState, DIRECTION, EVENT_KIND, METHOD, PROTOCOL } from './kinds.ts';
import type { Endpoint, EventTable, Place, ProbeTag, System } from './table.ts';

/** One end of a row with its place. */
export interface RowEnd {
  readonly label: string;
  readonly home: boolean;
  readonly place: Place;
  readonly system: System;
  /** Bits of MARK. */
  readonly marks: number;
  /** Intelligence lists that hold it, '' for none. */
  readonly listed: string;
  /** 0 where it is not known. */
  readonly port: number;
}

/** One row of a table with everything looked up, for feeds and exports. */
export interface EventRow {
  readonly kind: keyof typeof EVENT_KIND;
  /** ms since the epoch. */
  readonly time: number;
  readonly durationMs: number;
  readonly tag: ProbeTag;
  readonly flow: number;
  readonly initiator: RowEnd;
  readonly responder: RowEnd;
  /** IANA protocol number and, where the pipeline has one, its name. */
  readonly protocol: number;
  readonly protocolName: string;
  readonly packetsOut: number;
  readonly packetsIn: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
  readonly flagsOut: number;
  readonly flagsIn: number;
  readonly state: ConnState;
  readonly service: Service;
  readonly method: keyof typeof METHOD;
  /** 0…100. */
  readonly confidence: number;
  readonly direction: keyof typeof DIRECTION;
  readonly text: string;
  readonly detail: string;
  readonly history: string;
  readonly vlan: number;
  readonly pid: number;
  readonly parentPid: number;
  readonly user: number;
  readonly exitCode: number;
  /** BEHAVIOURS[0] but for findings. */
  readonly behaviour: Behaviour;
  readonly evidence: number;
  /** Public: what rows of one conversation have in common; 0 where it is not told. */
  readonly pair: number;
  /** Further rows that were folded into this one. */
  readonly folded: number;
}

const KINDS = Object.keys(EVENT_KIND) as (keyof typeof EVENT_KIND)[];
const METHODS = Object.keys(METHOD) as (keyof typeof METHOD)[];
const DIRECTIONS = Object.keys(DIRECTION) as (keyof typeof DIRECTION)[];
const PROTOCOL_NAMES = new Map<number, string>(
  Object.entries(PROTOCOL).map(([name, number]) => [number, name]),
);

/** Row `i` of `table`; throws when there is no such row. */
export function readRow(table: EventTable, i: number): EventRow {
  if (!(i >= 0 && i < table.length)) throw new RangeError(`no row ${i} of ${table.length}`);
  return {
    kind: KINDS[at(table.kind, i)] as EventRow['kind'],
    time: at(table.time, i),
    durationMs: at(table.durationMs, i),
    tag: table.tags[at(table.tag, i)] as ProbeTag,
    flow: at(table.flow, i),
    initiator: readEnd(table, at(table.initiator, i), at(table.initiatorPort, i)),
    responder: readEnd(table, at(table.responder, i), at(table.responderPort, i)),
    ...readCounts(table, i),
    ...readMeaning(table, i),
    ...readTexts(table, i),
    ...readHost(table, i),
  };
}

/** Name of an IP protocol in lower case, or its number. */
export function protocolName(protocol: number): string {
  return PROTOCOL_NAMES.get(protocol) ?? String(protocol);
}

function readCounts(
  table: EventTable,
  i: number,
): Pick<EventRow, 'packetsOut' | 'packetsIn' | 'bytesOut' | 'bytesIn' | 'flagsOut' | 'flagsIn'> {
  return {
    packetsOut: at(table.packetsOut, i),
    packetsIn: at(table.packetsIn, i),
    bytesOut: at(table.bytesOut, i),
    bytesIn: at(table.bytesIn, i),
    flagsOut: at(table.flagsOut, i),
    flagsIn: at(table.flagsIn, i),
  };
}

function readMeaning(
  table: EventTable,
  i: number,
): Pick<
  EventRow,
  | 'protocol'
  | 'protocolName'
  | 'state'
  | 'service'
  | 'method'
  | 'confidence'
  | 'direction'
  | 'behaviour'
  | 'evidence'
  | 'pair'
  | 'folded'
> {
  return {
    protocol: at(table.protocol, i),
    protocolName: protocolName(at(table.protocol, i)),
    state: CONN_STATES[at(table.state, i)] as ConnState,
    service: SERVICES[at(table.service, i)] ?? (SERVICES[0] as Service),
    method: METHODS[at(table.method, i)] as EventRow['method'],
    confidence: at(table.confidence, i),
    direction: DIRECTIONS[at(table.direction, i)] as EventRow['direction'],
    behaviour: BEHAVIOURS[at(table.behaviour, i)] ?? (BEHAVIOURS[0] as Behaviour),
    evidence: at(table.evidence, i),
    pair: at(table.pair, i),
    folded: at(table.folded, i),
  };
}

function readTexts(table: EventTable, i: number): Pick<EventRow, 'text' | 'detail' | 'history'> {
  return {
    text: table.texts[at(table.text, i)] as string,
    detail: table.texts[at(table.detail, i)] as string,
    history: table.texts[at(table.history, i)] as string,
  };
}

function readHost(
  table: EventTable,
  i: number,
): Pick<EventRow, 'vlan' | 'pid' | 'parentPid' | 'user' | 'exitCode'> {
  return {
    vlan: at(table.vlan, i),
    pid: at(table.pid, i),
    parentPid: at(table.parentPid, i),
    user: at(table.user, i),
    exitCode: at(table.exitCode, i),
  };
}

function readEnd(table: EventTable, endpoint: number, port: number): RowEnd {
  const end = table.endpoints[endpoint] as Endpoint;
  return {
    ...end,
    place: table.places[end.place] as Place,
    system: table.systems[end.system] as System,
    port,
  };
}

function at(column: ArrayLike<number>, i: number): number {
  return column[i] as number;
}
