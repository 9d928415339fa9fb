import { STEP } from '../decode/packet.ts';
import { END, ESTABLISHED, ends, isOver, nextEnds, TCP_FLAG } from './tcp-state.ts';

/** Added to a packet's step when the initiator sent it. */
export const FROM_INITIATOR = 64;
/** Steps of a state, FROM_INITIATOR included. */
export const STEPS = 128;
/** Of the states 256 bytes each are made as they come up, so 2 MB at most. */
const MAX_STATES = 8_192;
/** A step that has not come up yet. */
export const UNKNOWN = 0xffff;
const FIRST_STATES = 256;

/** Zeek's letter for a flow whose analysis is partial. */
const LOST_COUNT = 'X';

/** What a flow's packets are followed as. */
const KIND = { tcp: 0, udp: 1, other: 2 } as const;
type Kind = (typeof KIND)[keyof typeof KIND];

/** The states flows begin in. */
export const BEGIN = { tcp: 0, tcpTurned: 1, udp: 2, other: 3 } as const;

/**
 * Every state that a flow was seen to reach: both its ends, and the letters of its history. A packet's step leads from
 * one to the next, which is worked out once and then looked up.
 *
 * Letters are Zeek's (src/packet_analysis/protocol/tcp/TCPSessionAdapter.cc, update_history and update_window), each
 * where it first occurs: S SYN, H SYN with ACK, A bare ACK, D payload, F FIN, R RST, I FIN with RST, Q SYN with either,
 * W closed window; upper case from the initiator, lower case from the responder; ^ first when the flow was turned, so
 * that its first packet came from the responder. Not told: C, G and T, which need checksums and sequence numbers.
 */
export class ConversationStates {
  /** States so far. */
  count = 0;
  /** Both ends by state. */
  readonly ends = new Uint8Array(MAX_STATES);
  /** Whether a TCP flow is over in this state. */
  readonly over = new Uint8Array(MAX_STATES);
  /** Letters by state. */
  readonly histories: string[] = [];
  /** The state after each of the steps of each state. */
  next: Uint16Array = new Uint16Array(FIRST_STATES * STEPS).fill(UNKNOWN);
  readonly #kinds = new Uint8Array(MAX_STATES);
  readonly #known = new Map<string, number>();

  constructor() {
    const silent = ends(END.inactive, END.inactive);
    const spoken = ends(END.established, END.inactive);
    this.#state(KIND.tcp, silent, '');
    this.#state(KIND.tcp, silent, '^');
    this.#state(KIND.udp, spoken, '');
    this.#state(KIND.other, spoken, '');
  }

  /** The state after a packet's `step`, with FROM_INITIATOR or without. */
  after(state: number, step: number): number {
    const known = this.next[state * STEPS + step] as number;
    return known === UNKNOWN ? this.#learn(state, step) : known;
  }

  #learn(state: number, step: number): number {
    const kind = this.#kinds[state] as Kind;
    const both = this.ends[state] as number;
    const isOut = (step & FROM_INITIATOR) !== 0;
    const letters = lettersOf(kind, both, step);
    let history = this.histories[state] as string;
    for (const letter of letters) {
      const told = isOut ? letter : letter.toLowerCase();
      if (!history.includes(told) && !history.startsWith(LOST_COUNT)) history += told;
    }
    const reached = this.#state(kind, endsAfter(kind, both, step), history);
    this.next[state * STEPS + step] = reached;
    return reached;
  }

  #state(kind: Kind, both: number, history: string): number {
    const key = `${kind} ${both} ${history}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    // Room is left for each pair of ends without a history.
    const isCrowded = this.count >= MAX_STATES - 3 * STEPS;
    if (isCrowded && history !== LOST_COUNT) return this.#state(kind, both, LOST_COUNT);
    const state = this.count++;
    if (this.count * STEPS > this.next.length) this.#grow();
    this.ends[state] = both;
    this.over[state] = kind === KIND.tcp && isOver(both) ? 1 : 0;
    this.histories[state] = history;
    this.#kinds[state] = kind;
    this.#known.set(key, state);
    return state;
  }

  #grow(): void {
    const grown = new Uint16Array(this.next.length * 2).fill(UNKNOWN);
    grown.set(this.next);
    this.next = grown;
  }
}

function endsAfter(kind: Kind, both: number, step: number): number {
  const isOut = (step & FROM_INITIATOR) !== 0;
  if (kind !== KIND.tcp) return both | (END.established << (isOut ? 0 : 3));
  // What comes after the end changes the history only.
  if (isOver(both)) return both;
  const flags = flagsOf(step);
  const turning = TCP_FLAG.fin | TCP_FLAG.syn | TCP_FLAG.rst;
  return both === ESTABLISHED && (flags & turning) === 0 ? both : nextEnds(both, isOut, flags);
}

function flagsOf(step: number): number {
  return (step & STEP.turning) | ((step & STEP.ack) === 0 ? 0 : TCP_FLAG.ack);
}

function lettersOf(kind: Kind, both: number, step: number): string {
  if (kind === KIND.other) return '';
  if (kind === KIND.udp) return 'D';
  return flagLetter(step) + (isClosedWindow(both, step) ? 'W' : '');
}

function flagLetter(step: number): string {
  const turning = step & STEP.turning;
  if (turning === 0) {
    if ((step & STEP.payload) !== 0) return 'D';
    return (step & STEP.ack) === 0 ? '' : 'A';
  }
  if (turning === TCP_FLAG.syn) return (step & STEP.ack) === 0 ? 'S' : 'H';
  if (turning === TCP_FLAG.fin) return 'F';
  if (turning === TCP_FLAG.rst) return 'R';
  return (turning & TCP_FLAG.syn) === 0 ? 'I' : 'Q';
}

/** A window says nothing in or after a RST, nor once the peer has closed. */
function isClosedWindow(both: number, step: number): boolean {
  if ((step & STEP.closedWindow) === 0 || (step & TCP_FLAG.rst) !== 0) return false;
  const isOut = (step & FROM_INITIATOR) !== 0;
  const sender = isOut ? both & 7 : both >> 3;
  const peer = isOut ? both >> 3 : both & 7;
  return sender !== END.reset && peer !== END.closed;
}
