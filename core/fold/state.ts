import { SERVICES } from '../classify/services.ts';
import { levelOfBits, severityOfBits } from '../classify/severity.ts';
import type { EventTable, ProbeTag, Rendering } from '../event/table.ts';
import { type Placing, standsAt } from '../frame/cursor.ts';
import type { Cursor } from '../frame/messages.ts';
import { campaignPartials } from './campaign-partials.ts';
import { campaignsOf } from './campaigns.ts';
import { canonical } from './canonical.ts';
import { compareFlows, forEachConversation, type SeenConversation } from './conversations.ts';
import { FirstOf } from './first-of.ts';
import { FlowIndex } from './flow-index.ts';
import { hashText } from './hash.ts';
import type { LoggedSegment } from './held-segment.ts';
import { NameBook } from './names.ts';
import { NetworkSums } from './network-sums.ts';
import { observerOf } from './observer.ts';
import { ObserverSets } from './observer-sets.ts';
import { pathsOf } from './paths.ts';
import { processesOf } from './processes.ts';
import { SegmentWindow } from './segment-window.ts';
import type { OpenConversation, ProcessOwner, State, StateName } from './state-types.ts';

/** How far back a state looks, ms, and what it holds at the most, unless it is told otherwise. */
export const STATE_WINDOW_MS = 15 * 60_000;
const STATE_ROWS = 600_000;
const STATE_LISTED = 10_000;

/** How a state is folded. */
export interface StateOptions {
  readonly windowMs?: number;
  /** Rows held at the most: beyond, the oldest segments leave early and the state is not whole. */
  readonly maxRows?: number;
  /** Connections, nodes and links that are listed at the most; all are counted. */
  readonly maxListed?: number;
  /** After which segments the fold begins. */
  readonly start?: Cursor;
  /** From this time on, ms, no segment is missing before the start: 0 when the logs were read from their first ones. */
  readonly since?: number;
}

/**
 * Folds segments into what is going on. Two readers whose cursors are the same have the same state, however they got
 * there, as soon as it is whole: logs may be taken in any order, each without holes.
 */
export class StateFold {
  readonly #windowMs: number;
  readonly #since: number;
  readonly #maxListed: number;
  readonly #flows = new FlowIndex();
  readonly #window: SegmentWindow;
  /** Logs of which segments were lost, until the next of theirs says when that was; and when it last was, ms. */
  readonly #losing = new Set<string>();
  #lostAt = Number.NEGATIVE_INFINITY;

  constructor(options: StateOptions = {}) {
    const { windowMs = STATE_WINDOW_MS, maxRows = STATE_ROWS, start = {}, since = 0 } = options;
    this.#maxListed = options.maxListed ?? STATE_LISTED;
    this.#windowMs = windowMs;
    this.#since = since;
    this.#window = new SegmentWindow({ windowMs, maxRows }, start, {
      enter: (segment) => this.#flows.enter(segment),
      leave: (segment) => this.#flows.leave(segment),
    });
  }

  get cursor(): Cursor {
    return this.#window.cursor;
  }

  /** Takes the next segment of a log in; one that was folded, or that follows a hole, changes nothing. */
  apply(rendering: Rendering, segment: Omit<LoggedSegment, 'rendering'>): Placing {
    const placed = this.#window.take({ ...segment, rendering });
    if (placed === 'apply' && this.#losing.delete(segment.shard)) {
      this.#lostAt = Math.max(this.#lostAt, segment.createdAt);
    }
    return placed;
  }

  /** Goes on after segments up to `number` that no longer exist; until a window has passed, the state is not whole. */
  skip(shard: string, number: number): void {
    if (number > standsAt(this.cursor, shard)) this.#losing.add(shard);
    this.#window.skip(shard, number);
  }

  /**
   * What is going on now; with `select`, which gives a byte a row, only conversations and findings whose telling row it
   * gives 1. It is asked once for each table.
   */
  state(select?: (table: EventTable) => Uint8Array): State {
    const { held, now, rows, cursor } = this.#window;
    const sets = new ObserverSets();
    const network = new NetworkSums(sets);
    const open = new FirstOf<Between>(this.#maxListed, compareOpen);
    const owners: ProcessOwner[] = [];
    const masks = new Map<EventTable, Uint8Array>();
    if (select !== undefined) for (const { table } of held) masks.set(table, select(table));
    forEachConversation(this.#flows, sets, (seen) => {
      const { segment, row } = seen.told;
      if (masks.get(segment.table)?.[row] === 0) return;
      const ends = network.add(seen);
      if (!seen.open) return;
      open.add({ seen, ...ends });
      const owner = ownerOf(seen);
      if (owner !== undefined) owners.push(owner);
    });
    const names = new NameBook();
    for (const segment of held) if (segment.names) names.learn(segment.table);
    return {
      cursor,
      now,
      windowMs: this.#windowMs,
      whole: this.#isWhole(),
      segments: held.length,
      rows,
      traffic: network.all.traffic(sets),
      nodeCount: network.nodeCount,
      linkCount: network.linkCount,
      connections: open.sorted().map((between) => openConversation(between, sets)),
      nodes: network.nodes(this.#maxListed, names),
      links: network.links(this.#maxListed),
      names: listNames(names),
      paths: pathsOf(held),
      processes: processesOf(held, owners),
      campaigns: campaignsOf(
        held.flatMap(({ table, partials }) => {
          const mask = masks.get(table);
          return mask === undefined ? partials : campaignPartials(table, mask);
        }),
      ),
    };
  }

  #isWhole(): boolean {
    const from = this.#window.now - this.#windowMs;
    const holds = this.#losing.size === 0 && this.#lostAt <= from;
    return holds && !this.#window.isCut && (this.#since === 0 || this.#since <= from);
  }
}

/** The state at a cursor, of segments in any order; each log's must have no holes, from its first one given. */
export function stateAt(
  segments: readonly LoggedSegment[],
  cursor: Cursor,
  options: StateOptions = {},
): State {
  const upTo = segments.filter(({ shard, number }) => number <= standsAt(cursor, shard));
  upTo.sort((a, b) => a.number - b.number);
  const first: Record<string, number> = {};
  for (const { shard, number } of upTo) first[shard] ??= number - 1;
  const fold = new StateFold({ start: first, ...options });
  for (const { rendering, ...segment } of upTo) fold.apply(rendering, segment);
  return fold.state();
}

/** Sixteen hex digits that are equal for equal states. */
export function stateHash(state: State): string {
  return hashText(canonical(state));
}

/** A conversation and the ids of its nodes. */
interface Between {
  readonly seen: SeenConversation;
  readonly from: string;
  readonly to: string;
}

function openConversation({ seen, from, to }: Between, sets: ObserverSets): OpenConversation {
  const { segment, row } = seen.told;
  const { table } = segment;
  const { firstAt, lastAt, packetsOut, packetsIn, bytesOut, bytesIn, flows, reasons } = seen;
  return {
    from,
    to,
    fromPort: table.initiatorPort[row] as number,
    toPort: table.responderPort[row] as number,
    protocol: table.protocol[row] as number,
    service: SERVICES[table.service[row] as number]?.name ?? 'unknown',
    direction: table.direction[row] as number,
    provenance: tagOf(seen).provenance,
    ...{ firstAt, lastAt, packetsOut, packetsIn, bytesOut, bytesIn, flows },
    seenBy: sets.names(seen.seenBy),
    severity: levelOfBits(reasons),
    reasons: severityOfBits(reasons).reasons.map(({ name }) => name),
    process: ownerOf(seen),
  };
}

function ownerOf(seen: SeenConversation): ProcessOwner | undefined {
  const { segment, row } = seen.told;
  const pid = segment.table.pid[row] as number;
  if (pid === 0) return undefined;
  const command = segment.table.texts[segment.table.text[row] as number] ?? '';
  return { probe: observerOf(tagOf(seen)), pid, command };
}

function tagOf({ told: { segment, row } }: SeenConversation): ProbeTag {
  return segment.table.tags[segment.table.tag[row] as number] as ProbeTag;
}

function listNames(book: NameBook): StateName[] {
  const names = [...book.entries()].map(([label, name]) => ({ label, ...name }));
  return names.sort((a, b) => (a.label < b.label ? -1 : 1));
}

/** Latest first; of one time by the row that tells it. */
function compareOpen({ seen: one }: Between, { seen: other }: Between): number {
  return other.lastAt - one.lastAt || compareFlows(one.told, other.told);
}
