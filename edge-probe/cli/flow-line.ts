import { type BatchEvents, UNTOLD } from '../../core/batch/batch.ts';
import { BEHAVIOURS } from '../../core/classify/behaviours.ts';
import { SERVICES } from '../../core/classify/services.ts';
import { communityId } from '../../core/event/community-id.ts';
import { CONN_STATES, EVENT_KIND, isFlowKind, METHOD } from '../../core/event/kinds.ts';
import { protocolName } from '../../core/event/row.ts';
import { addressText } from '../../core/redact/network.ts';

const KINDS = Object.keys(EVENT_KIND);
const METHODS = Object.keys(METHOD);

export interface FlowLineOptions {
  /** 0…65535; undefined for lines without a Community ID. */
  readonly communityIdSeed: number | undefined;
}

/** Every row of a batch as a line of JSON, with its newline; what a row does not tell is left out. */
export function flowLines(events: BatchEvents, options: FlowLineOptions): string {
  let lines = '';
  for (let row = 0; row < events.length; row++) {
    lines += `${JSON.stringify(flowLine(events, row, options))}\n`;
  }
  return lines;
}

function flowLine(events: BatchEvents, row: number, options: FlowLineOptions): object {
  const kind = at(events.kind, row);
  return {
    kind: KINDS[kind],
    time: new Date(at(events.time, row)).toISOString(),
    ...(isTold(events, row) ? ends(events, row) : {}),
    ...(isFlowKind(kind) ? counts(events, row) : {}),
    ...findings(events, row),
    ...texts(events, row),
    ...(isFlowKind(kind) && isTold(events, row) && options.communityIdSeed !== undefined
      ? { communityId: idOf(events, row, options.communityIdSeed) }
      : {}),
  };
}

/** The end of a flow with no packets to tell names its flow alone. */
function isTold({ initiator, addresses }: BatchEvents, row: number): boolean {
  return addresses[at(initiator, row)] !== UNTOLD;
}

function ends(events: BatchEvents, row: number): object {
  const { initiator, responder, initiatorPort, responderPort } = events;
  return {
    initiator: addressText(addressAt(events, at(initiator, row))),
    initiatorPort: at(initiatorPort, row),
    responder: addressText(addressAt(events, at(responder, row))),
    responderPort: at(responderPort, row),
  };
}

function counts(events: BatchEvents, row: number): object {
  return {
    flow: at(events.flow, row),
    protocol: protocolName(at(events.protocol, row)),
    durationMs: at(events.durationMs, row),
    packetsOut: at(events.packetsOut, row),
    packetsIn: at(events.packetsIn, row),
    bytesOut: at(events.bytesOut, row),
    bytesIn: at(events.bytesIn, row),
    flagsOut: at(events.flagsOut, row),
    flagsIn: at(events.flagsIn, row),
    ...known('state', CONN_STATES[at(events.state, row)], 'NONE'),
    ...known('vlan', at(events.vlan, row), 0),
  };
}

function findings(events: BatchEvents, row: number): object {
  const service = at(events.service, row);
  const method = at(events.method, row);
  return {
    ...known('service', SERVICES[service]?.name, SERVICES[0]?.name),
    ...known('method', METHODS[method], METHODS[METHOD.none]),
    ...known('confidence', at(events.confidence, row), 0),
    ...known('behaviour', BEHAVIOURS[at(events.behaviour, row)]?.name, BEHAVIOURS[0]?.name),
    ...known('evidence', at(events.evidence, row), 0),
    ...known('pid', at(events.pid, row), 0),
  };
}

function texts(events: BatchEvents, row: number): object {
  const text = (column: ArrayLike<number>): string | undefined => events.texts[at(column, row)];
  return {
    ...known('history', text(events.history), ''),
    ...known('text', text(events.text), ''),
    ...known('detail', text(events.detail), ''),
  };
}

function idOf(events: BatchEvents, row: number, seed: number): string {
  const tuple = {
    initiator: addressAt(events, at(events.initiator, row)),
    responder: addressAt(events, at(events.responder, row)),
    initiatorPort: at(events.initiatorPort, row),
    responderPort: at(events.responderPort, row),
    protocol: at(events.protocol, row),
  };
  return communityId(tuple, seed);
}

function known(name: string, value: unknown, nothing: unknown): object {
  return value === nothing || value === undefined ? {} : { [name]: value };
}

function addressAt(events: BatchEvents, index: number): Uint8Array {
  return events.addresses[index] as Uint8Array;
}

function at(column: ArrayLike<number>, row: number): number {
  return column[row] as number;
}
