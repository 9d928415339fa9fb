import { CONN_STATES, type ConnState, PROTOCOL } from '../../core/event/kinds.ts';
import type { ObservedFlow } from './observed-flow.ts';

/** How a flow went, as far as behaviour asks. */
export const OUTCOME = {
  /** Says nothing: a stray packet, a flow already under way, an answer to what was not seen. */
  none: 0,
  /** Asked for and not given. */
  failed: 1,
  /** Answered, and dropped by its initiator before it was complete. */
  halfOpen: 2,
  /** Complete and then nothing was said: a check whether somebody listens. */
  empty: 3,
  /** Something was said. */
  talk: 4,
} as const;
export type Outcome = (typeof OUTCOME)[keyof typeof OUTCOME];

const FIRST_USER_PORT = 1_024;
/** IP and TCP header with time stamps, bytes: what packets hold besides payload. */
const HEADERS_V4 = 52;
const HEADERS_V6 = 72;
/** Options of a SYN beyond those. */
const SYN_OPTIONS = 16;
/** Most packets of a side that says nothing: SYN, ACK, FIN and the other's FIN acknowledged. */
const HANDSHAKE = 4;

const UDP_SILENT = CONN_STATES.indexOf('S0');
const COMPLETE = 0xff;
const ANSWERED = 0xfe;
const BY_STATE = Uint8Array.from(CONN_STATES, (state) => byState(state));

function byState(state: ConnState): number {
  if (state === 'S0' || state === 'REJ') return OUTCOME.failed;
  if (state === 'SH') return ANSWERED;
  const complete: readonly ConnState[] = ['S1', 'SF', 'S2', 'S3', 'RSTO', 'RSTR'];
  return complete.includes(state) ? COMPLETE : OUTCOME.none;
}

function headers({ family }: ObservedFlow): number {
  return family === 4 ? HEADERS_V4 : HEADERS_V6;
}

/** Payload bytes of a TCP flow's initiator, about; never more than there were when time stamps are used. */
export function payloadOut(flow: ObservedFlow): number {
  return flow.bytesOut - flow.packetsOut * headers(flow) - SYN_OPTIONS;
}

/** Payload bytes of its responder. */
export function payloadIn(flow: ObservedFlow): number {
  return flow.bytesIn - flow.packetsIn * headers(flow) - SYN_OPTIONS;
}

/** How a flow that has closed went. */
export function outcomeOf(flow: ObservedFlow): Outcome {
  if (flow.protocol === PROTOCOL.tcp) return tcpOutcome(flow);
  if (flow.protocol !== PROTOCOL.udp || isAnswer(flow)) return OUTCOME.none;
  return flow.state === UDP_SILENT ? OUTCOME.failed : OUTCOME.talk;
}

function tcpOutcome(flow: ObservedFlow): Outcome {
  const known = BY_STATE[flow.state] as number;
  if (known < ANSWERED) return known as Outcome;
  const { packetsOut, packetsIn } = flow;
  const isStealthy = known === ANSWERED || (packetsOut === 1 && packetsIn === 1);
  if (isStealthy && packetsOut <= 2 && packetsIn <= 1 && packetsOut > 0) {
    if (isSynAck(flow)) return OUTCOME.halfOpen;
    return isAnswer(flow) ? OUTCOME.none : OUTCOME.failed;
  }
  if (known === ANSWERED) return OUTCOME.none;
  if (packetsOut > HANDSHAKE || packetsIn > HANDSHAKE) return OUTCOME.talk;
  if (payloadOut(flow) > 0 || payloadIn(flow) > 0) return OUTCOME.talk;
  if (packetsOut === 0) return OUTCOME.none;
  return packetsOut <= 2 && packetsIn <= 2 ? OUTCOME.halfOpen : OUTCOME.empty;
}

const S1 = CONN_STATES.indexOf('S1');

/** SYN and SYN-ACK, and nothing after them. */
function isSynAck(flow: ObservedFlow): boolean {
  return flow.state === S1;
}

/** More likely the late answer of a server than a question of a client. */
function isAnswer(flow: ObservedFlow): boolean {
  return flow.initiatorPort < FIRST_USER_PORT && flow.responderPort >= FIRST_USER_PORT;
}
