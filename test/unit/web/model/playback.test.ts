import { describe, expect, test } from 'vitest';
import { Lag } from '../../../../web/src/model/lag.ts';
import { MAX_QUEUED, Playback, spread } from '../../../../web/src/model/playback.ts';
import { tableOf } from './tables.ts';

const segment = (arrival: number) => ({ createdAt: 0, arrival, tickMs: 1_000 });

describe('spread', () => {
  test('keeps the distances of events that fit the tick', () => {
    const table = tableOf([{ time: 5_000 }, { time: 5_250 }, { time: 5_900 }]);

    expect([...spread(table, 1_000)]).toEqual([0, 250, 900]);
  });

  test('scales a capture of hours into the tick', () => {
    const table = tableOf([{ time: 0 }, { time: 3_600_000 }, { time: 7_200_000 }]);

    expect([...spread(table, 1_000)]).toEqual([0, 500, 1_000]);
  });

  test('is not stretched by flows that ended long ago', () => {
    const table = tableOf([
      { kind: 'close', time: 10_000 },
      { kind: 'open', time: 70_000 },
      { kind: 'open', time: 70_400 },
    ]);

    expect([...spread(table, 1_000)]).toEqual([0, 0, 400]);
  });
});

describe('Playback', () => {
  test('hands rows out in the order they are due, each once', () => {
    const playback = new Playback();
    playback.add(tableOf([{ time: 100 }, { time: 700 }]), segment(0));
    playback.add(tableOf([{ time: 0 }, { time: 300 }]), segment(100));
    const due: number[] = [];

    playback.take(450, (row) => due.push(row.due));
    playback.take(5_000, (row) => due.push(row.due));
    playback.take(5_000, (row) => due.push(row.due));

    expect(due).toEqual([0, 100, 400, 600]);
    expect(playback.waiting).toBe(0);
  });

  test('shows every segment within a tick of its arrival, however many come in one', () => {
    const playback = new Playback();
    for (let arrival = 0; arrival < 1_000; arrival += 100) {
      playback.add(tableOf([{ time: 0 }, { time: 999 }]), segment(arrival));
    }
    const due: number[] = [];

    playback.take(10_000, (row) => due.push(row.due));

    expect(Math.max(...due)).toBe(900 + 999);
  });

  test('hands out early what is above its limit, so that nothing is lost', () => {
    const playback = new Playback();
    const rows = Array.from({ length: 5_000 }, (_, i) => ({ time: i }));
    for (let i = 0; i < 5; i++) playback.add(tableOf(rows), segment(1_000_000));
    let shown = 0;

    playback.take(0, () => {
      shown += 1;
    });

    expect(shown).toBe(25_000 - MAX_QUEUED);
    expect(playback.waiting).toBe(MAX_QUEUED);
  });
});

describe('Lag', () => {
  const row = (time: number, provenance: 0 | 1) => ({
    table: tableOf([{ time, provenance }]),
    index: 0,
    createdAt: 99_000,
    due: 0,
  });

  test('counts live rows from their packet, replayed ones from their segment', () => {
    const live = new Lag();
    const replayed = new Lag();

    live.shown(row(98_000, 0), 100_000);
    replayed.shown(row(5, 1), 100_000);

    expect(live.behindMs(100_000)).toBe(2_000);
    expect(replayed.behindMs(100_000)).toBe(1_000);
  });

  test('is not raised by the close of a flow that was long idle', () => {
    const lag = new Lag();
    const closed = tableOf([{ kind: 'close', time: 40_000 }]);

    lag.shown(row(98_000, 0), 100_000);
    lag.shown({ table: closed, index: 0, createdAt: 99_000, due: 0 }, 100_000);

    expect(lag.behindMs(100_000)).toBe(2_000);
  });

  test('says nothing when nothing was shown lately', () => {
    const lag = new Lag();
    expect(lag.behindMs(0)).toBeNaN();
    lag.shown(row(98_000, 0), 100_000);
    expect(lag.behindMs(160_000)).toBeNaN();
  });

  test('learns how the clocks differ', () => {
    const lag = new Lag();
    lag.clock(10_500, 9_000, 10_000);
    expect(lag.offsetMs).toBe(1_000);
  });
});
