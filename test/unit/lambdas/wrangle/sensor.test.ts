import { describe, expect, it } from 'vitest';
import { fail, ok } from '../../../../core/result.ts';
import { cachedRegistry } from '../../../../lambdas/wrangle/sensor.ts';
import { sensor } from '../fakes.ts';

/** A cached registry on a clock of its own, and what the registry behind it was asked. */
function cached() {
  const state = { now: 1_000, down: false, asked: [] as string[], known: new Map([['athens', 1]]) };
  const ask = (what: string): void => {
    state.asked.push(what);
    if (state.down) throw new Error('down');
  };
  const behind = {
    sensor: async (probe: string) => {
      ask(probe);
      const key = state.known.get(probe);
      if (key === undefined) return fail('unknown-probe');
      return ok(sensor({ key: new Uint8Array(32).fill(key) }));
    },
    all: async () => {
      ask('all');
      return { homes: sensor().home, sensors: 1, shownAt: new Map() };
    },
  };
  return { state, registry: cachedRegistry(behind, () => state.now) };
}

describe('cachedRegistry', () => {
  it('asks again after 30 s, and not before', async () => {
    const { state, registry } = cached();
    for (const now of [0, 29_999, 30_000]) {
      state.now = now;
      await registry.sensor('athens');
      await registry.all();
    }

    expect(state.asked).toEqual(['athens', 'all', 'athens', 'all']);
  });

  it('knows a probe within 5 s of its enrolment', async () => {
    const { state, registry } = cached();
    for (const now of [0, 4_999, 5_000]) {
      state.now = now;
      await registry.sensor('nobody');
    }

    expect(state.asked).toEqual(['nobody', 'nobody']);
  });

  it.each([
    ['enrolled', 'lyon'],
    ['enrolled again', 'athens'],
  ])('reads all homes anew before rows of a sensor just %s are published', async (_, probe) => {
    const { state, registry } = cached();
    await registry.sensor('athens');
    state.now += 29_000;
    await registry.all();
    state.now += 1_000;
    state.known.set(probe, 2);
    state.asked = [];
    await registry.sensor(probe);
    await registry.all();
    await registry.sensor(probe);
    await registry.all();

    expect(state.asked).toEqual([probe, 'all']);
  });

  it('gives nothing of all sensors that is old when the registry is down', async () => {
    const { state, registry } = cached();
    await registry.all();
    state.now += 30_000;
    state.down = true;

    await expect(registry.all()).rejects.toThrow('down');
  });

  it('forgets rather than remembers thousands of forged ids', async () => {
    const { state, registry } = cached();
    for (let i = 0; i < 2_001; i++) await registry.sensor(`forged-${i}`);
    await registry.sensor('forged-0');

    expect(state.asked).toHaveLength(2_002);
  });
});
