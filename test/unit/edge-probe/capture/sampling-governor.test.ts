import { describe, expect, it } from 'vitest';
import { SamplingGovernor } from '../../../../edge-probe/capture/sampling-governor.ts';

const CALM = { received: 100, drops: 0, lagMs: 20, fill: 0.001 };

describe('SamplingGovernor', () => {
  /** Readings every 100 ms from `fromMs` on; the time of the last. */
  function observe(
    governor: SamplingGovernor,
    fromMs: number,
    ms: number,
    reading: { received: number; drops: number; lagMs: number; fill: number },
  ): number {
    let now = fromMs;
    for (; now < fromMs + ms; now += 100) governor.observe({ nowMs: now, ...reading });
    return now;
  }

  it('looks at everything while the kernel has room', () => {
    const governor = new SamplingGovernor(1, 4_096);

    observe(governor, 0, 60_000, { received: 100, drops: 0, lagMs: 250, fill: 0.3 });

    expect(governor.one).toBe(1);
  });

  it('halves the flows again and again while packets are dropped, to a limit', () => {
    const governor = new SamplingGovernor(1, 4_096);

    observe(governor, 0, 300, { received: 100, drops: 10, lagMs: 900, fill: 1 });
    expect(governor.one).toBe(4);
    observe(governor, 300, 60_000, { received: 100, drops: 10, lagMs: 900, fill: 1 });
    expect(governor.one).toBe(4_096);
  });

  it('takes large steps when the load is many times what can be carried, up to sixteenfold', () => {
    const governor = new SamplingGovernor(1, 4_096);

    governor.observe({ nowMs: 0, received: 1_000, drops: 800, lagMs: 900, fill: 1 });
    expect(governor.one).toBe(8);
    governor.observe({ nowMs: 200, received: 1_000, drops: 999, lagMs: 900, fill: 1 });
    expect(governor.one).toBe(128);
  });

  it('halves them before packets are dropped, when the ring is filling up', () => {
    const governor = new SamplingGovernor(1, 4_096);

    expect(governor.observe({ nowMs: 0, received: 100, drops: 0, lagMs: 300, fill: 0.4 })).toBe(
      false,
    );
    expect(governor.observe({ nowMs: 100, received: 100, drops: 0, lagMs: 420, fill: 0.9 })).toBe(
      true,
    );
    expect(governor.one).toBe(2);
  });

  it('waits while a full ring is emptying', () => {
    const governor = new SamplingGovernor(1, 4_096);

    for (let at = 0; at < 10; at++) {
      const lagMs = 3_000 - at * 200;
      governor.observe({ nowMs: at * 100, received: 100, drops: 0, lagMs, fill: 0.9 - at * 0.05 });
    }

    expect(governor.one).toBe(2);
  });

  it('doubles them after a calm time, step by step', () => {
    const governor = new SamplingGovernor(8, 4_096);

    const now = observe(governor, 0, 3_100, CALM);
    expect(governor.one).toBe(4);
    observe(governor, now, 9_000, CALM);
    expect(governor.one).toBe(1);
  });

  it('waits longer after each time that was too early', () => {
    const governor = new SamplingGovernor(2, 4_096);
    let now = observe(governor, 0, 3_100, CALM);
    expect(governor.one).toBe(1);

    now = observe(governor, now, 100, { received: 100, drops: 5, lagMs: 800, fill: 1 });
    now = observe(governor, now, 5_000, CALM);
    expect(governor.one).toBe(2);
    observe(governor, now, 1_500, CALM);
    expect(governor.one).toBe(1);
  });

  it('never leaves anything out when it may not', () => {
    const governor = new SamplingGovernor(1, 1);

    observe(governor, 0, 5_000, { received: 200, drops: 100, lagMs: 900, fill: 1 });

    expect(governor.one).toBe(1);
  });

  it('passes over a clock that was set', () => {
    const governor = new SamplingGovernor(1, 4_096);

    observe(governor, 0, 1_000, { received: 100, drops: 0, lagMs: 3_600_000, fill: 0 });

    expect(governor.one).toBe(1);
  });
});
