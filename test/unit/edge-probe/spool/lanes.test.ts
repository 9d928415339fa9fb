import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../../edge-probe/spool/entry.ts';
import { Lanes } from '../../../../edge-probe/spool/lanes.ts';

const CALL = { records: 120, bytes: 5_000_000 };
const all = (): boolean => true;

function entry(sequence: number, boot = 'b', probe = 'p'): Entry {
  return {
    ...{ probe, boot, sequence, events: 1, size: 1_000, bornMs: sequence },
    bytes: undefined,
    place: undefined,
    state: 'waiting',
    lane: 'live',
    attempted: false,
    accepted: true,
  };
}

function sequences(entries: readonly Entry[]): number[] {
  return entries.map(({ sequence }) => sequence);
}

describe('Lanes', () => {
  it('keeps the order while a call holds all that waits', () => {
    const lanes = new Lanes();
    for (let i = 1; i <= 100; i++) lanes.append(entry(i));

    expect(sequences(lanes.take(CALL, all))).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  });

  it('leaves the batches of some probes where they are, in their order', () => {
    const lanes = new Lanes();
    for (let i = 1; i <= 400; i++) lanes.append(entry(i, 'b', i % 4 === 0 ? 'q' : 'p'));
    const seen: number[] = [];
    for (let calls = 0; calls < 10; calls++) {
      const call = lanes.take({ ...CALL, except: new Set(['p']) }, all);
      expect(new Set(call.map(({ probe }) => probe)).size).toBeLessThanOrEqual(1);
      seen.push(...sequences(call));
      lanes.acknowledged();
    }
    const rest: number[] = [];
    for (let calls = 0; calls < 10; calls++) rest.push(...sequences(lanes.take(CALL, all)));

    const upTo400 = Array.from({ length: 400 }, (_, i) => i + 1);
    expect([...seen].sort((a, b) => a - b)).toEqual(upTo400.filter((i) => i % 4 === 0));
    expect([...rest].sort((a, b) => a - b)).toEqual(upTo400.filter((i) => i % 4 !== 0));
  });

  it('sends what is new in every call while a backlog is drained, in ascending order', () => {
    const lanes = new Lanes();
    for (let i = 1; i <= 1_000; i++) lanes.append(entry(i));
    const seen: number[] = [];
    const lags: number[] = [];
    for (let next = 1_001; seen.length < 1_020 && next < 1_100; next++) {
      lanes.append(entry(next));
      const call = sequences(lanes.take(CALL, all));
      expect(call).toEqual([...call].sort((a, b) => a - b));
      lanes.acknowledged();
      seen.push(...call);
      lags.push(next - Math.max(...call));
    }

    expect(Math.max(...lags)).toBe(0);
    expect(new Set(seen).size).toBe(seen.length);
    expect(lags.length).toBeLessThan(25);
  });

  it('gives the backlog its share of a call however much is new', () => {
    const lanes = new Lanes();
    for (let i = 1; i <= 500; i++) lanes.appendBacklog(entry(i, 'old'));
    for (let i = 1; i <= 500; i++) lanes.append(entry(i, 'new'));
    lanes.giveBack([]);

    const call = lanes.take(CALL, all);

    expect(call.filter(({ boot }) => boot === 'old').length).toBe(30);
    expect(call.filter(({ boot }) => boot === 'new').length).toBe(90);
  });

  it('asks for the same again after a failure, and leaves what came meanwhile in line', () => {
    const lanes = new Lanes();
    for (let i = 1; i <= 300; i++) lanes.append(entry(i));
    lanes.giveBack(lanes.take(CALL, all));
    for (let i = 301; i <= 900; i++) lanes.append(entry(i));
    const second = lanes.take(CALL, all);

    lanes.giveBack(second);

    expect([second[0]?.sequence, second[30]?.sequence]).toEqual([1, 271]);
    expect(sequences(lanes.take(CALL, all))).toEqual(sequences(second));
  });

  it('never has more boots of a probe in a call than the log keeps apart', () => {
    const lanes = new Lanes();
    for (let boot = 1; boot <= 20; boot++) {
      for (let i = 1; i <= 3; i++) lanes.appendBacklog(entry(i, `boot-${boot}`));
    }
    lanes.append(entry(1, 'live'));

    const call = lanes.take(CALL, all);

    expect([...new Set(call.map(({ boot }) => boot))]).toEqual([
      'boot-1',
      'boot-2',
      'boot-3',
      'live',
    ]);
  });
});
