import { Buffer } from 'node:buffer';
import type { Audience, Rendering } from '../../../../core/event/table.ts';
import type { SegmentPart } from '../../../../core/frame/messages.ts';
import type { RollupCursor, RollupKey, StoredRollup } from '../../../../lambdas/aws/rollup-item.ts';
import type { RollupQuery, RollupReader } from '../../../../lambdas/aws/rollup-reader.ts';
import type { RollupStore } from '../../../../lambdas/aws/rollup-store.ts';
import type { NewSegments, RollupPorts } from '../../../../lambdas/rollup/rollup.ts';
import { openRollup } from '../../../../lambdas/rollup-body.ts';
import { closeBody } from '../../../../lambdas/segment-body.ts';
import { canonical } from '../../core/rollup/canonical.ts';
import { AT } from '../../core/rollup/renderings.ts';

/** Called before and after each effect; may wait, or throw to fail it. */
export type Gate = (call: string) => Promise<void> | void;

/** Renderings of a segment by audience. */
export type Bodies = Readonly<Record<Audience, Rendering>>;

/** Segments of logs and the rollups made of them. */
export class FakeRollups {
  readonly logs = new Map<string, Map<number, Readonly<Record<Audience, SegmentPart>>>>();
  readonly items = new Map<string, StoredRollup>();
  readonly expiries = new Map<string, number | undefined>();
  readonly cursors = new Map<string, RollupCursor>();
  writes = 0;

  /** Appends a segment to a log, a second after the one before. */
  append(shard: string, bodies: Bodies): void {
    const log = this.logs.get(shard) ?? new Map();
    const number = Math.max(0, ...log.keys()) + 1;
    const part = (audience: Audience): SegmentPart => ({
      shard,
      number,
      createdAt: AT + number * 1_000,
      body: Buffer.from(closeBody(bodies[audience])).toString('base64'),
    });
    this.logs.set(shard, log.set(number, { operator: part('operator'), public: part('public') }));
  }

  /** Segments of a log as a stream would deliver them. */
  delivery(shard: string, numbers: readonly number[]): NewSegments {
    const log = this.logs.get(shard) ?? new Map();
    const found = numbers.flatMap((number) => log.get(number) ?? []);
    return {
      shard,
      parts: {
        operator: found.map((part) => part.operator),
        public: found.map((part) => part.public),
      },
    };
  }

  /** All of all logs. */
  deliveries(): readonly NewSegments[] {
    return [...this.logs].map(([shard, log]) => this.delivery(shard, [...log.keys()]));
  }

  ports(gate: Gate = () => {}, more: Partial<RollupPorts> = {}): RollupPorts {
    return {
      store: this.#store(gate),
      segments: { after: (query, after) => gated(gate, 'after', () => this.#after(query, after)) },
      publicDelayMs: 0,
      now: () => AT + 3_600_000,
      remainingMs: () => 60_000,
      onError: () => {},
      ...more,
    };
  }

  /** Everything that is stored, in a fixed order. */
  state(): unknown {
    const items = [...this.items].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      items: items.map(([id, { through, body }]) => {
        const opened = openRollup(body);
        return [id, through, this.expiries.get(id), opened.ok && canonical(opened.value)];
      }),
      cursors: [...this.cursors].sort(([a], [b]) => (a < b ? -1 : 1)),
    };
  }

  /** What readers of the rollups see. */
  readonly reader: RollupReader = {
    cursors: async (audience) =>
      [...this.cursors.values()].filter((one) => one.audience === audience),
    range: (query) => this.#range(query),
  };

  async *#range(query: RollupQuery): AsyncGenerator<readonly StoredRollup[]> {
    const { audience, grain, from, to, sections } = query;
    const all = [...this.items.values()].filter(
      ({ key }) =>
        key.audience === audience && key.grain === grain && key.start >= from && key.start < to,
    );
    for (const { body, ...item } of all) {
      yield [{ ...item, body: new Map([...body].filter(([name]) => sections.includes(name))) }];
    }
  }

  #after(
    query: { readonly shard: string; readonly audience: Audience; readonly limit: number },
    after: number,
  ): readonly SegmentPart[] {
    const log = [...(this.logs.get(query.shard) ?? [])].sort(([a], [b]) => a - b);
    const above = log.filter(([number]) => number > after).slice(0, query.limit);
    return above.map(([, parts]) => parts[query.audience]);
  }

  #store(gate: Gate): RollupStore {
    const cursorId = (audience: Audience, shard: string): string => `${audience} ${shard}`;
    const read = (audience: Audience, shard: string): RollupCursor =>
      this.cursors.get(cursorId(audience, shard)) ?? {
        audience,
        shard,
        through: 0,
        at: 0,
        gaps: [],
      };
    return {
      cursor: (audience, shard) => gated(gate, 'cursor', () => read(audience, shard)),
      cursors: (audience) =>
        gated(gate, 'cursors', () =>
          [...this.cursors.values()].filter((one) => one.audience === audience),
        ),
      moveCursor: (cursor, from) =>
        gated(gate, 'move', () => {
          if (read(cursor.audience, cursor.shard).through !== from) return 'overtaken';
          this.cursors.set(cursorId(cursor.audience, cursor.shard), cursor);
          return 'written';
        }),
      read: (key) => gated(gate, 'read', () => this.items.get(idOf(key))),
      write: (rollup, from, expiresAt) =>
        gated(gate, 'write', () => {
          const id = idOf(rollup.key);
          if (this.items.get(id)?.through !== from) return 'overtaken';
          this.items.set(id, rollup);
          this.expiries.set(id, expiresAt);
          this.writes++;
          return 'written';
        }),
    };
  }
}

/** Name of an item. */
export function idOf({ audience, grain, start, shard }: RollupKey): string {
  return `${audience} ${grain} ${start} ${shard}`;
}

async function gated<T>(gate: Gate, call: string, effect: () => T): Promise<T> {
  await Promise.resolve();
  await gate(`${call} before`);
  const result = effect();
  await gate(`${call} after`);
  return result;
}
