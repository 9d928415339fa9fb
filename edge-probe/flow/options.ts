import { LIMITS } from '../../core/limits.ts';
import type { FlowListener, FlowOwner, MeterObserver, PayloadIdentifier } from './ports.ts';

export interface MeterOptions {
  /** Longest time from a batch's first row to its cut, ms of capture time. */
  readonly batchMs: number;
  /** Rows of a full batch, at most 65,535. */
  readonly batchEvents: number;
  /** Flows in the table, at most 4,194,303; the one that is due first goes when another comes. */
  readonly maxFlows: number;
  /** TCP with a SYN and no answer, or the other way round. */
  readonly tcpAttemptMs: number;
  /** Other open TCP. */
  readonly tcpIdleMs: number;
  /** TCP that one side has closed. */
  readonly tcpHalfClosedMs: number;
  /** How long packets after the end of a flow still belong to it. */
  readonly lingerMs: number;
  readonly udpIdleMs: number;
  readonly icmpIdleMs: number;
  readonly otherIdleMs: number;
  /** When a flow that goes on says `data` first, and then again and again. */
  readonly firstDataMs: number;
  readonly activeMs: number;
  /** How long a name of an address is not told again. */
  readonly nameRepeatMs: number;
  /** Names remembered for that. */
  readonly maxNames: number;
  /** Of the table's hash; random by default, so that nobody can choose packets that collide. */
  readonly hashSeed: number;
  readonly observer: MeterObserver | undefined;
  /** Told of every flow's beginning and end. */
  readonly behaviour: FlowListener | undefined;
  /** Names applications; without it nothing looks at payload but for DNS answers. */
  readonly identifier: PayloadIdentifier | undefined;
  readonly owner: FlowOwner | undefined;
}

/**
 * Time-outs as in Zeek 6 (base/init-bare.zeek: tcp_attempt_delay, tcp_inactivity_timeout, tcp_close_delay,
 * udp_inactivity_timeout, icmp_inactivity_timeout) where it has them.
 */
export const METER_DEFAULTS: Omit<MeterOptions, 'hashSeed'> = {
  batchMs: 1_000,
  batchEvents: LIMITS.batchEvents,
  maxFlows: 500_000,
  tcpAttemptMs: 5_000,
  tcpIdleMs: 300_000,
  tcpHalfClosedMs: 15_000,
  lingerMs: 5_000,
  udpIdleMs: 60_000,
  icmpIdleMs: 60_000,
  otherIdleMs: 60_000,
  firstDataMs: 5_000,
  activeMs: 60_000,
  nameRepeatMs: 300_000,
  maxNames: 4_096,
  observer: undefined,
  behaviour: undefined,
  identifier: undefined,
  owner: undefined,
};
