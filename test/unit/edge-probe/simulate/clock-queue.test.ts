import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ClockQueue } from '../../../../edge-probe/simulate/clock-queue.ts';

it('gives what was pushed in order of time, of one time in order of pushing', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
      const queue = new ClockQueue<readonly [number, number]>();
      for (const [i, at] of times.entries()) queue.push(at, [at, i]);

      const popped = times.map(() => queue.pop());

      const sorted = times
        .map((at, i) => [at, i] as const)
        .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      expect(popped).toEqual(sorted);
      expect([queue.pop(), queue.nextAt]).toEqual([undefined, Number.POSITIVE_INFINITY]);
    }),
  );
});
