import type fc from 'fast-check';
import type { Rendering } from '../../../../core/event/table.ts';
import { anyRendering } from '../samples.ts';

/** When the segments of these tests are appended, and most of their rows happen. */
export const AT: number = Date.UTC(2026, 10, 21, 8, 58, 30);

/**
 * Renderings with sums that a probe can come to (beyond 2^53 they would depend on their order), most rows in the three
 * minutes after AT and every fifth at any time.
 */
export const usualRendering: fc.Arbitrary<Rendering> = anyRendering.map((any) => {
  const { bytesOut, bytesIn, packetsOut, packetsIn, folded, time, durationMs } = any.table;
  for (const column of [bytesOut, bytesIn, packetsOut, packetsIn]) {
    column.forEach((value, i) => {
      column[i] = value % 2 ** 24;
    });
  }
  time.forEach((value, i) => {
    folded[i] = (folded[i] as number) % 100;
    if (i % 5 === 0) return;
    time[i] = AT + (Math.floor(value) % 180_000);
    durationMs[i] = (durationMs[i] as number) % 60_000;
  });
  return any;
});
