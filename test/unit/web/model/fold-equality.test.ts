import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { EVENT_KIND } from '../../../../core/event/kinds.ts';
import { compileFilter } from '../../../../core/filter/compile.ts';
import { filterRendering } from '../../../../core/filter/filter-rendering.ts';
import { parseFilter } from '../../../../core/filter/parse.ts';
import type { LoggedSegment } from '../../../../core/fold/held-segment.ts';
import { StateFold, type StateOptions, stateAt, stateHash } from '../../../../core/fold/state.ts';
import { emptyTotals, foldTotals, type Totals, totalsHash } from '../../../../core/fold/totals.ts';
import { digestRendering } from '../../../../core/frame/digest.ts';
import { mergeRenderings } from '../../../../core/frame/merge.ts';
import type {
  Cursor,
  SegmentPart,
  SegmentsAnswer,
  SnapshotAnswer,
} from '../../../../core/frame/messages.ts';
import { parseServerMessage } from '../../../../core/frame/parse.ts';
import { packFrames } from '../../../../lambdas/fanout/frames.ts';
import { closeBody, openBody } from '../../../../lambdas/segment-body.ts';
import { Follower } from '../../../../web/src/model/follower.ts';
import type { Asked } from '../../../../web/src/socket/history.ts';
import { seededRandom } from '../../../support/random.ts';
import { type SaidRow, said } from '../../core/fold/flow-table.ts';

const SHARDS = ['shard-0', 'shard-1', 'shard-2'] as const;
const ROUNDS = 50;
const BEGIN = 1_790_000_000_000;
/** A state looks back less far than the snapshot, so that who has read one is soon whole. */
const SIZE: StateOptions = { windowMs: 20_000 };
const SNAPSHOT_MS = 25_000;

type Filtering = (rendering: LoggedSegment['rendering']) => LoggedSegment['rendering'];

const everything: Filtering = (rendering) => rendering;

/** Logs that grow, and what fan-out and HTTP make of them. */
class Server {
  readonly logs = new Map<string, LoggedSegment[]>(SHARDS.map((shard) => [shard, []]));
  readonly #bodies = new Map<Filtering, Map<LoggedSegment, string>>();
  readonly #random: () => number;
  now = BEGIN;
  /** Whether it merges segments where that is asked for. */
  merges = false;
  #flow = 1;

  constructor(random: () => number) {
    this.#random = random;
  }

  get cursor(): Cursor {
    return Object.fromEntries([...this.logs].map(([shard, log]) => [shard, log.length]));
  }

  /** What one tick appends: none, one or a few segments to each log. */
  append(): LoggedSegment[] {
    return SHARDS.flatMap((shard) => {
      const log = this.logs.get(shard) as LoggedSegment[];
      const count = Math.floor(this.#random() * 3);
      return Array.from({ length: count }, () => {
        this.now += Math.floor(this.#random() * 500);
        const segment = {
          shard,
          number: log.length + 1,
          createdAt: this.now,
          rendering: this.#rows(),
        };
        log.push(segment);
        return segment;
      });
    });
  }

  part(segment: LoggedSegment, filtering: Filtering): SegmentPart {
    const { shard, number, createdAt, rendering } = segment;
    const bodies = this.#bodies.get(filtering) ?? new Map<LoggedSegment, string>();
    this.#bodies.set(filtering, bodies);
    const made = () => Buffer.from(closeBody(filtering(rendering))).toString('base64');
    const body = bodies.get(segment) ?? made();
    bodies.set(segment, body);
    return { shard, number, createdAt, body };
  }

  segments(shard: string, after: number, { limit, merged }: Asked): SegmentsAnswer {
    const log = this.logs.get(shard) ?? [];
    const found = log.slice(after, after + limit);
    const merges = merged && this.merges;
    const parts = merges ? mergedParts(found) : found.map((one) => this.part(one, everything));
    return { shard, parts, head: log.length, oldest: 1 };
  }

  snapshot(): SnapshotAnswer {
    const young = [...this.logs.values()]
      .flat()
      .filter(({ createdAt }) => createdAt >= this.now - SNAPSHOT_MS);
    const parts = young.map((one) => this.part(one, everything));
    return { cursor: this.cursor, parts, omitted: 0, at: this.now };
  }

  #rows(): LoggedSegment['rendering'] {
    const pick = <T>(of: readonly T[]): T => of[Math.floor(this.#random() * of.length)] as T;
    const rows = Array.from({ length: Math.floor(this.#random() * 8) }, (): SaidRow => {
      const kind = pick([0, 0, 1, 2, 3, 3, EVENT_KIND.finding, EVENT_KIND.name]);
      const flow = kind === 1 || kind === 2 ? Math.ceil(this.#random() * this.#flow) : this.#flow++;
      const bare = kind === 2 && this.#random() < 0.5;
      const probe = pick(['lyon', 'oslo']);
      return {
        kind,
        flow,
        ...(bare
          ? { from: '', to: '' }
          : { from: `203.0.113.${flow % 40}`, country: pick(['BR', 'US']) }),
        initiatorPort: bare ? 0 : 1000 + (flow % 40),
        service: bare ? 0 : 1 + (flow % 9),
        time: this.now,
        durationMs: Math.floor(this.#random() * 3000),
        state: kind >= 2 ? 3 : 0,
        behaviour: kind === EVENT_KIND.finding ? 2 : 0,
        evidence: flow % 90,
        text: kind === EVENT_KIND.name ? `host-${flow % 5}.example` : '',
        probe,
        site: probe,
      };
    });
    return said(rows);
  }
}

/** A page behind a line that loses frames, and one that brings some twice. */
class Client {
  readonly follower: Follower;
  readonly start: Cursor;
  readonly #fold: StateFold;
  readonly #filtering: Filtering;
  readonly #random: () => number;
  lost = 0;

  merged = 0;

  constructor(server: Server, filtering: Filtering, random: () => number) {
    this.#random = random;
    this.#filtering = filtering;
    const snapshot = server.snapshot();
    const first: Record<string, number> = { ...snapshot.cursor };
    for (const { shard, number } of snapshot.parts.toReversed()) first[shard] = number - 1;
    this.start = first;
    this.#fold = new StateFold({ ...SIZE, start: first, since: snapshot.at - SNAPSHOT_MS });
    this.follower = new Follower({
      history: {
        segments: async (...asked) => server.segments(...asked),
      },
      open: async (part) => {
        const opened = openBody(Buffer.from(part.body, 'base64'));
        return opened.ok ? { ok: true, value: filtering(opened.value) } : opened;
      },
      pause: async () => {},
      onSegment: ({ rendering, from, ...segment }) => {
        if (segment.number - from > 1) {
          // A state is of single segments: of those that were merged, only totals can be made.
          this.merged++;
          return this.#fold.skip(segment.shard, segment.number);
        }
        expect(this.#fold.apply(rendering, segment)).toBe('apply');
      },
      onProblem: (reason, detail) => {
        throw new Error(`${reason}: ${detail}`);
      },
    });
    void this.follower.start(snapshot);
  }

  /** A tick's frames, as JSON over the wire; some are lost, some come twice. */
  receive(server: Server, segments: readonly LoggedSegment[]): void {
    this.receiveParts(
      server,
      segments.map((one) => server.part(one, this.#filtering)),
    );
  }

  receiveParts(server: Server, parts: readonly SegmentPart[]): void {
    for (const frame of packFrames(parts, { at: server.now })) {
      const times = this.#random() < 0.3 ? 0 : this.#random() < 0.3 ? 2 : 1;
      if (times === 0) this.lost++;
      const message = parseServerMessage(JSON.stringify(frame));
      for (let n = 0; n < times; n++) {
        if (message.ok && message.value.type === 'frame') this.follower.frame(message.value);
      }
    }
  }

  async catchUp(cursor: Cursor): Promise<void> {
    this.follower.catchUp();
    while (SHARDS.some((shard) => (this.follower.totals.cursor[shard] ?? 0) < (cursor[shard] ?? 0)))
      await new Promise(setImmediate);
  }

  get state(): ReturnType<StateFold['state']> {
    return this.#fold.state();
  }
}

function filteringBy(text: string): Filtering {
  if (text === '') return everything;
  const parsed = parseFilter(text);
  if (!parsed.ok) throw new Error(parsed.detail);
  const compiled = compileFilter(parsed.value);
  const known = new WeakMap<LoggedSegment['rendering'], LoggedSegment['rendering']>();
  return (rendering) => {
    const filtered = known.get(rendering) ?? filterRendering(rendering, compiled);
    known.set(rendering, filtered);
    return filtered;
  };
}

/** What a server that read its logs from where the client began comes to. */
function totalsOf(server: Server, start: Cursor, filtering: Filtering): Totals {
  let totals = emptyTotals(start);
  for (const { shard, number, rendering } of [...server.logs.values()]
    .flat()
    .reverse()
    .toSorted((a, b) => a.number - b.number)) {
    totals = foldTotals(totals, filtering(rendering), shard, number).totals;
  }
  return totals;
}

/** Segments of some ticks, each log's merged into one part of a few rows. */
function mergedParts(segments: readonly LoggedSegment[]): SegmentPart[] {
  return SHARDS.flatMap((shard) => {
    const own = segments.filter((segment) => segment.shard === shard);
    const [first, last] = [own[0], own.at(-1)];
    const merged = mergeRenderings(own.map(({ rendering }) => rendering));
    if (first === undefined || last === undefined || merged === undefined) return [];
    const body = Buffer.from(closeBody(digestRendering(merged, 4))).toString('base64');
    const { number, createdAt } = last;
    return [{ shard, number, from: first.number - 1, createdAt, body }];
  });
}

/** Totals with rows as such and rows folded into others as one number. */
function asRows({ events, folded, ...same }: Totals): object {
  return { ...same, rows: events + folded };
}

describe('the fold of a page', () => {
  test.each([
    ['all rows', ''],
    ['a view of one country and some services', 'country:BR -service:ssh'],
  ])('equals the server’s at any cursor, with %s', async (_what, text) => {
    const random = seededRandom(4);
    const filtering = filteringBy(text);
    const server = new Server(random);
    const clients: Client[] = [];
    let compared = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const ticks = 1 + Math.floor(random() * 4);
      for (let tick = 0; tick < ticks; tick++) {
        const segments = server.append();
        for (const client of clients) client.receive(server, segments);
        if (random() < 0.5) await new Promise(setImmediate);
      }
      const logged = [...server.logs.values()]
        .flat()
        .map((one) => ({ ...one, rendering: filtering(one.rendering) }));
      const truth = stateHash(stateAt(logged, server.cursor, SIZE));
      for (const client of clients) {
        await client.catchUp(server.cursor);
        expect(totalsHash(client.follower.totals)).toBe(
          totalsHash(totalsOf(server, client.start, filtering)),
        );
        const { state } = client;
        if (!state.whole) continue;
        compared++;
        expect(stateHash(state)).toBe(truth);
      }
      if (clients.length < 4 && random() < 0.2) clients.push(new Client(server, filtering, random));
    }

    expect(clients).toHaveLength(4);
    expect(compared).toBeGreaterThan(ROUNDS);
    for (const client of clients) {
      expect(client.state.connections.length).toBeGreaterThan(0);
      expect(client.state.nodes.length).toBeGreaterThan(1);
      expect(client.lost).toBeGreaterThan(0);
      expect(client.follower.recovered).toBeGreaterThan(0);
      expect(client.follower.missed).toBe(0);
    }
  });

  test('has the server’s totals at any cursor where segments come merged and digested', async () => {
    const random = seededRandom(20);
    const server = new Server(random);
    server.merges = true;
    server.append();
    const clients = [1, 2, 3].map(() => new Client(server, everything, random));
    let tick: LoggedSegment[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      tick.push(...server.append());
      if (random() < 0.6) {
        // A line that came back in the middle of a tick has some of its segments already.
        for (const client of clients) client.receiveParts(server, mergedParts(tick));
        tick = [];
      }
      if (random() < 0.5) await new Promise(setImmediate);
      for (const client of clients) {
        if (random() < 0.4) continue;
        await client.catchUp(server.cursor);
        const truth = totalsOf(server, client.start, everything);
        expect(asRows(client.follower.totals)).toEqual(asRows(truth));
      }
    }

    for (const client of clients) {
      expect(client.merged).toBeGreaterThan(5);
      expect(client.follower.recovered).toBeGreaterThan(0);
      expect(client.follower.missed).toBe(0);
    }
  });
});
