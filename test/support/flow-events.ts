import { CONN_STATES, type ConnState, PROTOCOL } from '../../core/event/kinds.ts';
import type { ObservedFlow } from '../../edge-probe/behaviour/observed-flow.ts';

/** What a made-up flow is. */
export interface FlowEvent {
  readonly atMs: number;
  readonly protocol: number;
  /** IPv4 addresses as numbers. */
  readonly from: number;
  readonly to: number;
  readonly fromPort: number;
  readonly toPort: number;
  /** How it ended; NONE while it is open. */
  readonly state: ConnState;
  /** Out and in. */
  readonly packets: readonly [number, number];
  readonly bytes: readonly [number, number];
  readonly durationMs: number;
  readonly service: number;
}

const DEFAULTS: FlowEvent = {
  atMs: 0,
  protocol: PROTOCOL.tcp,
  from: 0,
  to: 0,
  fromPort: 40_000,
  toPort: 0,
  state: 'NONE',
  packets: [1, 0],
  bytes: [60, 0],
  durationMs: 0,
  service: 0,
};

/** The number of an IPv4 address. */
export function address(a: number, b: number, c: number, d: number): number {
  return (a << 24) | (b << 16) | (c << 8) | d;
}

/** A made-up flow as behaviour sees it. */
export function flowEvent(parts: Partial<FlowEvent>): ObservedFlow {
  const event = { ...DEFAULTS, ...parts };
  return {
    nowMs: event.atMs,
    startMs: event.atMs - event.durationMs,
    family: 4,
    initiatorKey: event.from,
    responderKey: event.to,
    initiatorPort: event.fromPort,
    responderPort: event.toPort,
    protocol: event.protocol,
    service: event.service,
    state: CONN_STATES.indexOf(event.state),
    packetsOut: event.packets[0],
    packetsIn: event.packets[1],
    bytesOut: event.bytes[0],
    bytesIn: event.bytes[1],
    copyInitiator: (into) => copy(event.from, into),
    copyResponder: (into) => copy(event.to, into),
  };
}

/** How TCP flows go. */
export const GOES = {
  silence: { state: 'S0', packets: [1, 0], bytes: [60, 0], durationMs: 0 },
  refused: { state: 'REJ', packets: [1, 1], bytes: [60, 40], durationMs: 1 },
  halfOpen: { state: 'RSTO', packets: [2, 1], bytes: [100, 60], durationMs: 1 },
  /** As a balancer checks whether somebody listens. */
  checked: { state: 'SF', packets: [4, 2], bytes: [216, 112], durationMs: 2 },
  /** A page of the web. */
  page: { state: 'SF', packets: [12, 20], bytes: [2_400, 24_000], durationMs: 900 },
  login: { state: 'SF', packets: [14, 14], bytes: [2_600, 2_900], durationMs: 1_800 },
  query: { state: 'SF', packets: [9, 8], bytes: [1_400, 5_200], durationMs: 12 },
} as const satisfies Record<string, Partial<FlowEvent>>;

function copy(value: number, into: Uint8Array): number {
  for (let i = 0; i < 4; i++) into[i] = value >>> (24 - 8 * i);
  return 4;
}
