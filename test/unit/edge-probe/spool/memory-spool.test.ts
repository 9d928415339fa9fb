import { describe, expect, it } from 'vitest';
import { MemorySpool } from '../../../../edge-probe/spool/memory-spool.ts';
import type { FullPolicy, SealedBatch } from '../../../../edge-probe/spool/spool.ts';

const ALL = { records: 500, bytes: 5_000_000 };

function batch(sequence: number, size = 100, events = 10): SealedBatch {
  return { probe: 'p', boot: '0123456789abcdef', sequence, events, bytes: new Uint8Array(size) };
}

function makeSpool(
  whenFull: FullPolicy,
  limitBytes = 1_000,
): { spool: MemorySpool; dropped: number[] } {
  const dropped: number[] = [];
  const spool = new MemorySpool({
    limitBytes,
    whenFull,
    hollow: ({ sequence }) => batch(sequence, 10, 0),
    nowMs: () => 0,
    onAccepted: () => {},
    onDrop: (_reason, { sequence }) => dropped.push(sequence),
  });
  return { spool, dropped };
}

function sequences(batches: readonly SealedBatch[]): number[] {
  return batches.map(({ sequence }) => sequence);
}

describe('MemorySpool', () => {
  it('gives the oldest batches first and keeps them until they are acknowledged', async () => {
    const { spool } = makeSpool('wait');
    for (const i of [1, 2, 3]) spool.append(batch(i));

    const taken = await spool.take({ records: 2, bytes: 1_000 });
    expect(sequences(taken)).toEqual([1, 2]);
    expect([spool.length, spool.bytes]).toEqual([3, 300]);

    spool.acknowledge(taken);
    expect([spool.length, spool.bytes]).toEqual([1, 100]);
  });

  it('stops taking before the bytes of a call are passed, but always gives one', async () => {
    const { spool } = makeSpool('wait', 10_000);
    for (const [i, size] of [600, 300, 300].entries()) spool.append(batch(i + 1, size));

    expect(sequences(await spool.take({ records: 500, bytes: 900 }))).toEqual([1, 2]);
    expect(sequences(await spool.take({ records: 500, bytes: 1 }))).toEqual([3]);
  });

  it('gives batches that came back before those that never went', async () => {
    const { spool } = makeSpool('wait');
    for (const i of [1, 2, 3]) spool.append(batch(i));
    const [first, second] = (await spool.take({ records: 2, bytes: 1_000 })) as [
      SealedBatch,
      SealedBatch,
    ];

    spool.acknowledge([first]);
    spool.giveBack([second]);

    expect(sequences(await spool.take(ALL))).toEqual([2, 3]);
  });

  it('takes in more than its limit under `wait` and lets the source wait for room', async () => {
    const { spool, dropped } = makeSpool('wait', 250);
    for (const i of [1, 2, 3]) spool.append(batch(i));
    let room = false;
    const waiting = spool.room().then(() => {
      room = true;
    });

    expect(spool.full).toBe(true);
    await Promise.resolve();
    expect(room).toBe(false);

    spool.acknowledge(await spool.take({ records: 1, bytes: 1_000 }));
    await waiting;
    expect([room, dropped]).toEqual([true, []]);
  });

  it('empties its oldest batches under `drop-oldest` and keeps their sequences', async () => {
    const { spool, dropped } = makeSpool('drop-oldest', 320);
    for (const i of [1, 2, 3, 4, 5]) spool.append(batch(i));

    expect(dropped).toEqual([1, 2]);
    const taken = await spool.take(ALL);
    expect(sequences(taken)).toEqual([1, 2, 3, 4, 5]);
    expect(taken.map(({ events }) => events)).toEqual([0, 0, 10, 10, 10]);
  });

  it('never drops a batch that was sent once: it may be stored already', async () => {
    const { spool, dropped } = makeSpool('drop-oldest', 320);
    for (const i of [1, 2]) spool.append(batch(i));
    spool.giveBack(await spool.take(ALL));

    for (const i of [3, 4, 5]) spool.append(batch(i));

    expect(dropped).toEqual([3, 4]);
  });

  it('stays within its limit however long the stream is away', async () => {
    const { spool } = makeSpool('drop-oldest', 320);
    for (let i = 1; i <= 1_000; i++) spool.append(batch(i));

    expect(spool.bytes).toBeLessThanOrEqual(320);
    expect(sequences(await spool.take(ALL)).at(-1)).toBe(1_000);
  });
});
