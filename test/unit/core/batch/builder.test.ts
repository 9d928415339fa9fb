import { describe, expect, it } from 'vitest';
import { UNTOLD } from '../../../../core/batch/batch.ts';
import { BatchBuilder, MAX_TEXT_BYTES } from '../../../../core/batch/builder.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { randomFrom } from '../samples.ts';

describe('BatchBuilder', () => {
  it('starts empty, with room for the largest batch', () => {
    const builder = new BatchBuilder();

    expect(builder.length).toBe(0);
    expect(builder.full).toBe(false);
    expect(builder.firstTime).toBeNaN();
    expect(builder.columns.kind).toHaveLength(LIMITS.batchEvents);
  });

  it('is full at its capacity and refuses another row', () => {
    const builder = new BatchBuilder(2);
    builder.add();
    builder.add();

    expect(builder.full).toBe(true);
    expect(() => builder.add()).toThrow(/take\(\) first/);
  });

  it('gives an owned copy and zeroed rows afterwards', () => {
    const builder = new BatchBuilder(4);
    builder.columns.time[builder.add()] = 1_700_000_000_000;
    builder.columns.bytesIn[0] = 2 ** 40;
    const { generation } = builder;

    const events = builder.take();
    const again = builder.add();

    expect(events).toMatchObject({ length: 1, texts: [''], addresses: [UNTOLD] });
    expect(events.bytesIn).toEqual(Float64Array.of(2 ** 40));
    expect(builder.columns.bytesIn[again]).toBe(0);
    expect(builder.generation).toBe(generation + 1);
    expect(events.time[0]).toBe(1_700_000_000_000);
  });

  it('says the time of its first row', () => {
    const builder = new BatchBuilder(4);
    builder.columns.time[builder.add()] = 17;
    builder.columns.time[builder.add()] = 12;

    expect(builder.firstTime).toBe(17);
  });

  it('keeps each address once, by size and bytes, and copies it', () => {
    const builder = new BatchBuilder(4);
    const shared = Uint8Array.of(9, 9, 198, 51, 100, 7, ...new Array(16).fill(0), 7);

    const first = builder.address(shared, 2, 4);
    const sixteen = builder.address(shared, 2, 16);
    const zeros = builder.address(new Uint8Array(16), 0, 16);
    const zero4 = builder.address4(0);
    shared.fill(1);

    expect(builder.address4(0xc6336407)).toBe(first);
    expect(builder.address4(0xc6336407 | 0)).toBe(first);
    expect(new Set([first, sixteen, zeros, zero4]).size).toBe(4);
    expect(builder.take().addresses).toEqual([
      UNTOLD,
      Uint8Array.of(198, 51, 100, 7),
      Uint8Array.of(198, 51, 100, 7, ...new Array(12).fill(0)),
      new Uint8Array(16),
      new Uint8Array(4),
    ]);
    expect(builder.address4(1)).toBe(1);
  });

  it('agrees with a plain map beyond the room it began with', () => {
    const builder = new BatchBuilder(4);
    const random = randomFrom(5);
    const model = new Map<number, number>();

    for (let i = 0; i < 5000; i++) {
      const value = (random() * 3000) >>> 0;
      if (!model.has(value)) model.set(value, model.size + 1);
      expect(builder.address4(value)).toBe(model.get(value));
    }

    expect(builder.take().addresses).toHaveLength(model.size + 1);
  });

  it('keeps each text once, the empty one at 0, and cuts one that is too long', () => {
    const builder = new BatchBuilder(4);

    expect(builder.text('')).toBe(0);
    expect(builder.text('example.org')).toBe(1);
    expect(builder.text('example.org')).toBe(1);
    expect(builder.text('x'.repeat(5000))).toBe(2);
    expect(builder.take().texts.map((text) => text.length)).toEqual([0, 11, 1024]);
  });

  it('is full when its texts alone would make the batch too large', () => {
    const builder = new BatchBuilder(4);
    for (let i = 0; i * 1024 < MAX_TEXT_BYTES; i++) builder.text(String(i).padEnd(1024, 'x'));

    expect(builder.full).toBe(true);
    builder.take();
    expect(builder.full).toBe(false);
  });
});
