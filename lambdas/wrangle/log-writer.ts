import { LIMITS } from '../../core/limits.ts';
import type { BootWindow, LogHead, ProbeWindows } from '../../core/segment/head.ts';
import {
  type BatchIdentity,
  remember,
  type Standing,
  standing,
} from '../../core/segment/windows.ts';
import type { LogList } from '../aws/log-list.ts';
import type { SegmentLog } from '../aws/segment-log.ts';
import { isAfter, type Outcome } from './outcome.ts';
import { type Packing, packSegment } from './pack.ts';
import type { LogState } from './select.ts';

/** What writing a log takes. */
export interface LogPorts {
  readonly log: SegmentLog;
  readonly logs: LogList;
}

/** How often another writer may be first before the invocation gives up. */
const MAX_CONFLICTS = 8;

/** Segments between two notes of how far a log is. */
const NOTED_EVERY = 100;

/** Probes that one log can tell apart: their windows travel in every head. */
const MAX_PROBES = 1_000;

/**
 * Writes one shard's log. What it remembers of the head between invocations may be old: the conditional put finds out,
 * and what was to be written is looked at again under the new head.
 */
export class LogWriter {
  readonly #shard: string;
  readonly #ports: LogPorts;
  #state: LogState | undefined;
  /** Windows of boots that other logs hold, by probe: a probe moves to another shard when shards are split or merged. */
  #adopted: ProbeWindows = {};
  readonly #asked = new Set<string>();
  #fittingRows: number = LIMITS.segmentEvents;
  /** Identities taken since the head, so that a duplicate among them is told at once. */
  #expected: ProbeWindows = {};

  constructor(shard: string, ports: LogPorts) {
    this.#shard = shard;
    this.#ports = ports;
  }

  /** Reads the head if it is not known. */
  async open(): Promise<void> {
    if (this.#state === undefined) await this.#read();
    this.#expected = this.#windows();
  }

  /** Whether a record was taken in before. */
  hasTaken(sequence: string): boolean {
    return this.#state !== undefined && !isAfter(sequence, this.#state.through);
  }

  /** How a batch stands; a boot seen here for the first time is looked up in the other logs. */
  async standing(batch: BatchIdentity): Promise<Standing> {
    const own = standing(this.#expected, batch);
    if (own !== 'new' || knows(this.#expected, batch)) return own;
    const asked = `${batch.probe} ${batch.boot}`;
    if (!this.#asked.has(asked)) {
      const elsewhere = await this.#adopt(batch);
      if (elsewhere !== 'new') return elsewhere;
      if (this.#asked.size >= 10_000) this.#asked.clear();
      this.#asked.add(asked);
    }
    return 'new';
  }

  /** Whether the log has no room for another probe's windows. */
  isFull(probe: string): boolean {
    if (Object.hasOwn(this.#expected, probe)) return false;
    return Object.keys(this.#expected).length >= MAX_PROBES;
  }

  /** Notes that a batch will be appended. */
  expect(batch: BatchIdentity, at: number): void {
    this.#expected = remember(this.#expected, batch, at);
  }

  /** Appends outcomes, in as many segments as they need. Throws when the store fails; what it took until then is taken. */
  async append(outcomes: readonly Outcome[], packing: Omit<Packing, 'tryRows'>): Promise<number> {
    let segments = 0;
    let conflicts = 0;
    for (;;) {
      const left = outcomes.filter(({ sequence }) => !this.hasTaken(sequence));
      if (left.length === 0) return segments;
      const state = this.#withAdopted(this.#state ?? (await this.#read()));
      const tryRows = this.#fittingRows;
      const { segment, fittingRows } = packSegment(state, left, { ...packing, tryRows });
      const { number } = segment.head;
      if (state.totals.since === 0 || number === 2 || number % NOTED_EVERY === 0) {
        await this.#ports.logs.note(this.#shard, state.number);
      }
      if ((await this.#ports.log.append(segment)) === 'appended') {
        segments++;
        this.#fittingRows = estimate(this.#fittingRows, fittingRows, segment.head.events);
        this.#state =
          segment.head.partial === undefined
            ? { ...segment.head, partial: undefined }
            : { ...segment.head, partial: segment.head.partial };
        continue;
      }
      if (++conflicts > MAX_CONFLICTS) throw new Error(`Log ${this.#shard} has another writer.`);
      await this.#read();
    }
  }

  async #read(): Promise<LogState> {
    const { log, logs } = this.#ports;
    const head = await log.head(this.#shard);
    this.#state = stateOf(this.#shard, head);
    if (head === undefined) {
      // All of a quiet log may have expired: readers that knew it must see a gap, not the same numbers again.
      const noted = await logs.noted(this.#shard);
      if (noted > 0) this.#state = { ...this.#state, number: noted + NOTED_EVERY };
    }
    return this.#state;
  }

  /** Takes over the window of a batch's boot from the log that holds the most of it. */
  async #adopt(batch: BatchIdentity): Promise<Standing> {
    const shards = await this.#ports.logs.shards();
    const others = shards.filter((shard) => shard !== this.#shard);
    const heads = await Promise.all(others.map((shard) => this.#ports.log.head(shard)));
    let found: Standing = 'new';
    let best: BootWindow | undefined;
    for (const head of heads) {
      if (head === undefined) continue;
      const there = standing(head.windows, batch);
      if (there !== 'new') found = there;
      const window = windowOf(head.windows, batch);
      if (window !== undefined && window.at > (best?.at ?? 0)) best = window;
    }
    if (best !== undefined) {
      this.#adopted = adopt(this.#adopted, batch.probe, best);
      this.#expected = adopt(this.#expected, batch.probe, best);
    }
    return found;
  }

  #windows(): ProbeWindows {
    return this.#state === undefined ? {} : this.#withAdopted(this.#state).windows;
  }

  /** The state with adopted windows of boots that it does not know yet. */
  #withAdopted(state: LogState): LogState {
    let { windows } = state;
    for (const [probe, boots] of Object.entries(this.#adopted)) {
      for (const window of boots) {
        if (!knows(windows, { probe, boot: window.boot })) windows = adopt(windows, probe, window);
      }
    }
    return { ...state, windows };
  }
}

/** A segment of few rows tells little about how many would fit. */
function estimate(before: number, fitting: number, rows: number): number {
  return rows * 4 < before ? before : fitting;
}

function stateOf(shard: string, head: LogHead | undefined): LogState {
  if (head !== undefined) return { ...head, partial: head.partial };
  return {
    shard,
    number: 0,
    createdAt: 0,
    through: '0',
    windows: {},
    partial: undefined,
    totals: { since: 0, batches: 0, events: 0, counters: {} },
    sensors: {},
  };
}

function windowOf(
  windows: ProbeWindows,
  { probe, boot }: Pick<BatchIdentity, 'probe' | 'boot'>,
): BootWindow | undefined {
  const boots = Object.hasOwn(windows, probe) ? windows[probe] : undefined;
  return boots?.find((window) => window.boot === boot);
}

function knows(windows: ProbeWindows, boot: Pick<BatchIdentity, 'probe' | 'boot'>): boolean {
  return windowOf(windows, boot) !== undefined;
}

function adopt(windows: ProbeWindows, probe: string, window: BootWindow): ProbeWindows {
  const boots = Object.hasOwn(windows, probe) ? (windows[probe] ?? []) : [];
  return { ...windows, [probe]: [...boots.filter(({ boot }) => boot !== window.boot), window] };
}
