import { PROTOCOL } from '../../core/event/kinds.ts';
import type { Packet } from '../decode/packet.ts';
import { BEGIN } from './conversation-states.ts';
import { TCP_FLAG } from './tcp-state.ts';

/** Ports below belong to servers on most systems. Source: RFC 6335 section 6, System Ports. */
const FIRST_USER_PORT = 1_024;

/**
 * Whether the first TCP packet seen of a flow comes from its responder: it accepts, or the flow was already under way
 * and it comes from a system port to a user port, as Zeek turns flows by `likely_server_ports`.
 */
export function isAnswer({ tcpFlags, sourcePort, destinationPort }: Packet): boolean {
  if ((tcpFlags & TCP_FLAG.syn) !== 0) return (tcpFlags & TCP_FLAG.ack) !== 0;
  if ((tcpFlags & TCP_FLAG.rst) !== 0) return false;
  return sourcePort < FIRST_USER_PORT && destinationPort >= FIRST_USER_PORT;
}

/** The state of BEGIN for a flow whose first packet is of `protocol`. */
export function firstState(protocol: number, isTurned: boolean): number {
  if (protocol === PROTOCOL.tcp) return isTurned ? BEGIN.tcpTurned : BEGIN.tcp;
  return protocol === PROTOCOL.udp ? BEGIN.udp : BEGIN.other;
}
