import { PROTOCOL } from '../../core/event/kinds.ts';
import type { MeterOptions } from './options.ts';
import { END, ends, isHalfClosed } from './tcp-state.ts';

const ENDS = 64;

/** How long a flow may be silent, ms: one entry per protocol and, for TCP, pair of ends. */
export class IdleTimes {
  readonly #tcp = new Float64Array(ENDS);
  readonly #others = new Float64Array(256);
  /** Of a flow that is over. */
  readonly lingerMs: number;
  /** The least of all. */
  readonly leastMs: number;

  constructor(options: MeterOptions) {
    this.#others.fill(options.otherIdleMs);
    this.#others[PROTOCOL.udp] = options.udpIdleMs;
    this.#others[PROTOCOL.icmp] = options.icmpIdleMs;
    this.#others[PROTOCOL.icmp6] = options.icmpIdleMs;
    for (let both = 0; both < ENDS; both++) this.#tcp[both] = tcpIdle(both, options);
    this.lingerMs = options.lingerMs;
    this.leastMs = Math.min(options.lingerMs, ...this.#tcp, ...this.#others);
  }

  /** Of an open flow. */
  of(protocol: number, both: number): number {
    return (protocol === PROTOCOL.tcp ? this.#tcp[both] : this.#others[protocol]) as number;
  }
}

function tcpIdle(both: number, options: MeterOptions): number {
  if (isHalfClosed(both)) return options.tcpHalfClosedMs;
  const isAttempt =
    both === ends(END.synSent, END.inactive) || both === ends(END.inactive, END.synAckSent);
  return isAttempt ? options.tcpAttemptMs : options.tcpIdleMs;
}
