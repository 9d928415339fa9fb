import { classifyByPort } from '../../core/classify/services.ts';
import { CONN_STATES, PROTOCOL } from '../../core/event/kinds.ts';
import { TCP_FLAG } from '../flow/tcp-state.ts';
import { stateOfFlags } from './flag-states.ts';
import type { ImportRows } from './import-rows.ts';

/** Longest time one record tells of, ms: the largest aggregation interval. */
const INTERVAL_MS = 600_000;
/** Records that wait for their other direction; beyond them the oldest is told alone. */
const MAX_WAITING = 65_536;
/** How often those are looked for that nothing comes for any more, records. */
const SWEEP_EVERY = 1_024;
const REJECTED = CONN_STATES.indexOf('REJ');
const UNKNOWN = CONN_STATES.indexOf('OTH');

/** One direction of a conversation on one interface within an aggregation interval. */
export interface VpcRecord {
  readonly link: string;
  /** Both addresses as the log writes them. */
  readonly sourceText: string;
  readonly targetText: string;
  readonly source: Uint8Array;
  readonly target: Uint8Array;
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly protocol: number;
  readonly packets: number;
  readonly bytes: number;
  readonly startMs: number;
  readonly endMs: number;
  /** OR of TCP flags; undefined when the log has no such field. ACK is told with SYN only. */
  readonly flags: number | undefined;
  readonly rejected: boolean;
}

/** Puts the two directions of a conversation together. */
export class VpcPairs {
  readonly #rows: ImportRows;
  /** Records by the key of what they wait for, the oldest first. */
  readonly #waiting = new Map<string, VpcRecord>();
  #newestMs = 0;
  #records = 0;

  constructor(rows: ImportRows) {
    this.#rows = rows;
  }

  add(record: VpcRecord): void {
    this.#newestMs = Math.max(this.#newestMs, record.startMs);
    if (++this.#records % SWEEP_EVERY === 0) this.#sweep();
    const own = keyOf(record, false);
    const other = this.#waiting.get(own);
    if (other !== undefined && overlap(record, other)) {
      this.#waiting.delete(own);
      this.#tell(other, record);
      return;
    }
    const awaited = keyOf(record, true);
    const before = this.#waiting.get(awaited);
    if (before !== undefined) this.#tell(before, undefined);
    this.#waiting.delete(awaited);
    this.#waiting.set(awaited, record);
    if (this.#waiting.size > MAX_WAITING) this.#tellOldest();
  }

  /** Tells what still waits, each direction alone. */
  finish(): void {
    for (const record of this.#waiting.values()) this.#tell(record, undefined);
    this.#waiting.clear();
  }

  #sweep(): void {
    for (const [key, record] of this.#waiting) {
      if (record.endMs > this.#newestMs - INTERVAL_MS) continue;
      this.#waiting.delete(key);
      this.#tell(record, undefined);
    }
  }

  #tellOldest(): void {
    for (const [key, record] of this.#waiting) {
      this.#waiting.delete(key);
      this.#tell(record, undefined);
      return;
    }
  }

  #tell(first: VpcRecord, second: VpcRecord | undefined): void {
    const turned = second !== undefined && isAnswer(first, second);
    const out = turned ? second : first;
    const back = turned ? first : second;
    const timeMs = Math.min(first.startMs, second?.startMs ?? first.startMs);
    const isAlone = second === undefined && isAnswer(first, undefined);
    this.#rows.flow({
      timeMs,
      durationMs: Math.max(first.endMs, second?.endMs ?? first.endMs) - timeMs,
      ...(isAlone ? turnedEnds(out) : ownEnds(out)),
      protocol: out.protocol,
      packetsOut: isAlone ? 0 : out.packets,
      packetsIn: isAlone ? out.packets : (back?.packets ?? 0),
      bytesOut: isAlone ? 0 : out.bytes,
      bytesIn: isAlone ? out.bytes : (back?.bytes ?? 0),
      flagsOut: isAlone ? 0 : (out.flags ?? 0),
      flagsIn: isAlone ? (out.flags ?? 0) : (back?.flags ?? 0),
      state: isAlone && !out.rejected ? UNKNOWN : stateOf(out, back),
      service: 0,
    });
  }
}

function ownEnds({ source, target, sourcePort, targetPort }: VpcRecord) {
  return {
    initiator: source,
    responder: target,
    initiatorPort: sourcePort,
    responderPort: targetPort,
  };
}

function turnedEnds({ source, target, sourcePort, targetPort }: VpcRecord) {
  return {
    initiator: target,
    responder: source,
    initiatorPort: targetPort,
    responderPort: sourcePort,
  };
}

/** A record's conversation, as its own direction or as the other one has it. */
function keyOf(record: VpcRecord, turned: boolean): string {
  const { link, sourceText, targetText, sourcePort, targetPort, protocol, rejected } = record;
  const one = `${sourceText} ${sourcePort}`;
  const other = `${targetText} ${targetPort}`;
  const both = turned ? `${other} ${one}` : `${one} ${other}`;
  return `${both} ${protocol} ${rejected ? 1 : 0} ${link}`;
}

function overlap(a: VpcRecord, b: VpcRecord): boolean {
  return a.startMs <= b.endMs + INTERVAL_MS / 10 && b.startMs <= a.endMs + INTERVAL_MS / 10;
}

/**
 * Whether the first record is the responder's direction: by SYN and SYN with ACK where flags are told, else by which port
 * has a service, else by which is the lower one when only that is not handed out to clients.
 */
function isAnswer(first: VpcRecord, second: VpcRecord | undefined): boolean {
  const byFlags = flagsSay(first) ?? invert(second && flagsSay(second));
  if (byFlags !== undefined) return byFlags;
  const { sourcePort, targetPort, protocol } = first;
  if (protocol !== PROTOCOL.tcp && protocol !== PROTOCOL.udp) return false;
  const atSource = classifyByPort(protocol, sourcePort, 0).confidence;
  const atTarget = classifyByPort(protocol, targetPort, 0).confidence;
  if (atSource !== atTarget) return atSource > atTarget;
  return sourcePort < FIRST_EPHEMERAL && targetPort >= FIRST_EPHEMERAL;
}

/** Linux hands out ports from here on to clients; below 1024 it is a server's on any system. */
const FIRST_EPHEMERAL = 32_768;

/** Whether a record's flags say that it is the responder's; undefined when they say nothing. */
function flagsSay({ flags, protocol }: VpcRecord): boolean | undefined {
  if (flags === undefined || protocol !== PROTOCOL.tcp) return undefined;
  if ((flags & TCP_FLAG.syn) === 0) return undefined;
  return (flags & TCP_FLAG.ack) !== 0;
}

function invert(said: boolean | undefined): boolean | undefined {
  return said === undefined ? undefined : !said;
}

/** A group or list that rejects answers nothing; what was accepted is known by its flags, TCP without them not at all. */
function stateOf(out: VpcRecord, back: VpcRecord | undefined): number {
  if (out.rejected) return REJECTED;
  if (out.protocol === PROTOCOL.tcp && (out.flags === undefined || back === undefined))
    return UNKNOWN;
  const packetsIn = back?.packets ?? 0;
  const flags = { flagsOut: out.flags ?? 0, flagsIn: back?.flags ?? 0 };
  return stateOfFlags({ protocol: out.protocol, ...flags, packetsOut: out.packets, packetsIn });
}
