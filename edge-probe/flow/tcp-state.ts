import { CONN_STATES, type ConnState, PROTOCOL } from '../../core/event/kinds.ts';

/** State of one end of a flow, as Zeek keeps it for TCP; ends of other protocols are inactive or established. */
export const END = {
  inactive: 0,
  synSent: 1,
  synAckSent: 2,
  partial: 3,
  established: 4,
  closed: 5,
  reset: 6,
} as const;

/** TCP flags (RFC 9293, 3.1). */
export const TCP_FLAG = { fin: 1, syn: 2, rst: 4, ack: 16 } as const;

/** Both ends of a flow in one number: the initiator's in the lower three bits. */
export function ends(initiator: number, responder: number): number {
  return initiator | (responder << 3);
}

/** Both ends established. */
export const ESTABLISHED = ends(END.established, END.established);

/** The ends after a packet with `flags` from the initiator (`out`) or the responder. */
export function nextEnds(before: number, out: boolean, flags: number): number {
  const initiator = before & 7;
  const responder = before >> 3;
  const sender = out ? initiator : responder;
  const peer = out ? responder : initiator;
  if ((flags & TCP_FLAG.rst) === 0 && (flags & TCP_FLAG.syn) !== 0) {
    if ((flags & TCP_FLAG.ack) !== 0 && peer === END.synSent) return ESTABLISHED;
  }
  const next = nextEnd(sender, flags);
  return out ? ends(next, responder) : ends(initiator, next);
}

function nextEnd(sender: number, flags: number): number {
  if ((flags & TCP_FLAG.rst) !== 0) return END.reset;
  if ((flags & TCP_FLAG.fin) !== 0) return END.closed;
  if (sender !== END.inactive) return sender;
  if ((flags & TCP_FLAG.syn) === 0) return END.partial;
  return (flags & TCP_FLAG.ack) === 0 ? END.synSent : END.synAckSent;
}

/** Nothing more belongs to a TCP flow whose ends are these: reset by one, or closed by both. */
export function isOver(both: number): boolean {
  const initiator = both & 7;
  const responder = both >> 3;
  if (initiator === END.reset || responder === END.reset) return true;
  return initiator === END.closed && responder === END.closed;
}

/** One side has closed, or both: less is to come. */
export function isHalfClosed(both: number): boolean {
  return (both & 7) === END.closed || both >> 3 === END.closed;
}

/** Index into CONN_STATES of a flow that is over, or given up, with these ends. */
export function connStateIndex(protocol: number, both: number): number {
  if (protocol === PROTOCOL.tcp) return TCP_STATES[both] as number;
  if (protocol === PROTOCOL.udp) return UDP_STATES[both] as number;
  return OTHER_STATE;
}

/**
 * The function conn_state of Zeek's base/protocols/conn/main.zeek. Its case of two resets without data does not come
 * up: the first reset ends a flow here.
 */
function tcpConnState(initiator: number, responder: number): ConnState {
  const quietInitiator = initiator === END.inactive || initiator === END.partial;
  const quietResponder = responder === END.inactive || responder === END.partial;
  if (responder === END.reset) {
    if (initiator === END.synSent || initiator === END.synAckSent) return 'REJ';
    return quietInitiator ? 'RSTRH' : 'RSTR';
  }
  if (initiator === END.reset) return quietResponder ? 'RSTOS0' : 'RSTO';
  if (initiator === END.closed && responder === END.closed) return 'SF';
  if (initiator === END.closed) return quietResponder ? 'SH' : 'S2';
  if (responder === END.closed) return quietInitiator ? 'SHR' : 'S3';
  if (initiator === END.synSent && responder === END.inactive) return 'S0';
  return ends(initiator, responder) === ESTABLISHED ? 'S1' : 'OTH';
}

/** As there; a flow's initiator has always sent. */
function udpConnState(_initiator: number, responder: number): ConnState {
  return responder === END.inactive ? 'S0' : 'SF';
}

/** Indexes by pair of ends. */
function tableOf(stateOf: (initiator: number, responder: number) => ConnState): Uint8Array {
  return Uint8Array.from({ length: 64 }, (_, both) =>
    CONN_STATES.indexOf(stateOf(both & 7, both >> 3)),
  );
}

const TCP_STATES = tableOf(tcpConnState);
const UDP_STATES = tableOf(udpConnState);
const OTHER_STATE = CONN_STATES.indexOf('OTH');
