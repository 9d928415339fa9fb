import { PROTOCOL } from '../../core/event/kinds.ts';
import { connStateIndex, END, ESTABLISHED, ends, TCP_FLAG } from '../flow/tcp-state.ts';

/** What is known of how a flow went. */
export interface FlowOutcome {
  /** IANA protocol number. */
  readonly protocol: number;
  /** OR of the TCP flags each end sent. */
  readonly flagsOut: number;
  readonly flagsIn: number;
  readonly packetsOut: number;
  readonly packetsIn: number;
}

/** Index into CONN_STATES by the flags alone; what they do not tell is OTH. */
export function stateOfFlags(flow: FlowOutcome): number {
  if (flow.protocol !== PROTOCOL.tcp) {
    const responder = flow.packetsIn > 0 ? END.established : END.inactive;
    return connStateIndex(flow.protocol, ends(END.established, responder));
  }
  return connStateIndex(PROTOCOL.tcp, endsOfFlags(flow.flagsOut, flow.flagsIn));
}

function endsOfFlags(out: number, back: number): number {
  const isOpen = has(out, TCP_FLAG.syn) && has(back, TCP_FLAG.syn) && has(back, TCP_FLAG.ack);
  const initiator = endOfFlags(out, isOpen);
  const responder = endOfFlags(back, isOpen);
  const bothOpen = initiator === END.established && responder === END.established;
  return bothOpen ? ESTABLISHED : ends(initiator, responder);
}

function endOfFlags(flags: number, isOpen: boolean): number {
  if (has(flags, TCP_FLAG.rst)) return END.reset;
  if (has(flags, TCP_FLAG.fin)) return END.closed;
  if (isOpen) return END.established;
  if (flags === 0) return END.inactive;
  if (!has(flags, TCP_FLAG.syn)) return END.partial;
  return has(flags, TCP_FLAG.ack) ? END.synAckSent : END.synSent;
}

function has(flags: number, flag: number): boolean {
  return (flags & flag) !== 0;
}
