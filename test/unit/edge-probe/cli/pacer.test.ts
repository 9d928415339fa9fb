import { expect, it } from 'vitest';
import { Pacer } from '../../../../edge-probe/cli/pacer.ts';

it('waits until the capture, at its speed, has come as far', () => {
  const pacer = new Pacer(2, 1_000);
  pacer.passed(50_000);
  expect(pacer.waitMs(1_000)).toBe(0);

  pacer.passed(54_000);
  expect([1_000, 2_500, 9_999].map((now) => pacer.waitMs(now))).toEqual([2_000, 500, 0]);
});

it('does not wait for packets whose time runs backwards, or before the first', () => {
  const pacer = new Pacer(1, 0);
  expect(pacer.waitMs(0)).toBe(0);
  pacer.passed(10_000);
  pacer.passed(5_000);

  expect(pacer.waitMs(0)).toBe(0);
});

it('shortens a stretch of years without packets to ten seconds', () => {
  const pacer = new Pacer(1, 0);
  pacer.passed(10_000);
  pacer.passed(10_000 + 5 * 365 * 86_400_000);

  expect(pacer.waitMs(0)).toBe(10_000);
});
