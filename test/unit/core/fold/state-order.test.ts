import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_KIND } from '../../../../core/event/kinds.ts';
import { canonical } from '../../../../core/fold/canonical.ts';
import type { LoggedSegment } from '../../../../core/fold/held-segment.ts';
import { StateFold, stateAt, stateHash } from '../../../../core/fold/state.ts';
import { SEED } from '../round-trip.ts';
import { anyRendering, randomFrom } from '../samples.ts';
import { said } from './flow-table.ts';

const flowRow = fc.record({
  kind: fc.constantFrom(
    EVENT_KIND.open,
    EVENT_KIND.data,
    EVENT_KIND.close,
    EVENT_KIND.whole,
    EVENT_KIND.name,
    EVENT_KIND.trace,
    EVENT_KIND.fork,
    EVENT_KIND.exit,
    EVENT_KIND.finding,
  ),
  flow: fc.nat(5),
  from: fc.constantFrom('203.0.113.9', '192.0.2.1', '10.0.0.1'),
  to: fc.constantFrom('198.51.100.7', '203.0.113.9'),
  initiatorPort: fc.constantFrom(22, 40_000),
  time: fc.integer({ min: 0, max: 40 }).map((n) => 1_000_000 + n * 10_000),
  durationMs: fc.nat(30_000),
  packetsOut: fc.nat(2),
  packetsIn: fc.nat(2),
  bytesOut: fc.nat(900),
  state: fc.nat(13),
  probe: fc.constantFrom('lyon', 'oslo'),
  site: fc.constantFrom('Lyon', 'Oslo'),
  text: fc.constantFrom('', 'a', 'b'),
  pid: fc.nat(2),
  behaviour: fc.nat(6),
  evidence: fc.nat(50),
  listed: fc.constantFrom('', 'drop'),
  folded: fc.nat(1),
});
const rendering = fc.oneof(
  { arbitrary: fc.array(flowRow, { maxLength: 12 }).map((rows) => said(rows)), weight: 3 },
  { arbitrary: anyRendering, weight: 1 },
);
/** Logs with pauses between their segments, ms. */
const logs = fc.array(
  fc.array(fc.tuple(rendering, fc.nat(6_000)), { minLength: 1, maxLength: 6 }),
  { minLength: 2, maxLength: 3 },
);
const SIZE = { windowMs: 12_000, maxRows: 60 };

function segmentsOf(all: typeof logs extends fc.Arbitrary<infer T> ? T : never): LoggedSegment[][] {
  return all.map((log, s) => {
    let createdAt = 1_000_000;
    return log.map(([one, pause], n) => {
      createdAt += pause;
      return { shard: `s${s}`, number: n + 1, createdAt, rendering: withSmallCounts(one) };
    });
  });
}

/** Sums above 2^53 would depend on their order; no log comes near that. */
function withSmallCounts(one: LoggedSegment['rendering']): LoggedSegment['rendering'] {
  for (const column of [one.table.bytesOut, one.table.bytesIn]) {
    column.forEach((value, i) => {
      column[i] = value % 2 ** 40;
    });
  }
  return one;
}

describe('the state', () => {
  it('follows from the cursor alone: any order of logs, segments told again and refused holes', () => {
    fc.assert(
      fc.property(logs, fc.nat(), (all, seed) => {
        const random = randomFrom(seed);
        const segments = segmentsOf(all).flat();
        const fold = new StateFold(SIZE);
        for (let n = 0; n < segments.length * 20; n++) {
          const { rendering: one, ...rest } = segments[
            Math.floor(random() * segments.length)
          ] as LoggedSegment;
          fold.apply(one, rest);
          if (n % 60 > 0) continue;
          const now = fold.state();
          expect(canonical(now)).toBe(canonical(stateAt(segments, fold.cursor, SIZE)));
        }
        const end = fold.state();
        expect(stateHash(end)).toBe(stateHash(stateAt(segments, end.cursor, SIZE)));
      }),
      { seed: SEED, numRuns: 30 },
    );
  });

  it('of one who joined late is the same once it has the window', () => {
    fc.assert(
      fc.property(logs, fc.nat(20_000), (all, after) => {
        const inLogs = segmentsOf(all);
        const since = 1_000_000 + after;
        const joined = inLogs.flatMap((log) => log.filter(({ createdAt }) => createdAt >= since));
        const start = Object.fromEntries(
          inLogs.map((log, s) => [`s${s}`, log.filter((one) => one.createdAt < since).length]),
        );
        const late = new StateFold({ ...SIZE, start, since });
        for (const { rendering: one, ...rest } of joined) late.apply(one, rest);

        const state = late.state();

        if (!state.whole) return;
        expect(canonical(state)).toBe(canonical(stateAt(inLogs.flat(), state.cursor, SIZE)));
      }),
      { seed: SEED, numRuns: 100 },
    );
  });
});
