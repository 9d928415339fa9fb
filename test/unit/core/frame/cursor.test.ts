import { describe, expect, it } from 'vitest';
import { advance, place, standsAt } from '../../../../core/frame/cursor.ts';

describe('cursor', () => {
  it('stands at 0 where nothing was folded, whatever the shard is called', () => {
    expect(standsAt({}, 'shardId-0')).toBe(0);
    expect(standsAt({}, 'constructor')).toBe(0);
    expect(standsAt({ a: 4 }, 'a')).toBe(4);
  });

  it.each([
    ['apply', 4, 6],
    ['overlap', 2, 6],
    ['behind', 2, 4],
    ['behind', 4, 4],
    ['gap', 5, 6],
  ])('says %s for (%i, %i] at 4', (placing, from, to) => {
    expect(place({ a: 4 }, 'a', from, to)).toBe(placing);
  });

  it('moves forward only, and only its shard', () => {
    const cursor = { a: 4, b: 1 };

    expect(advance(cursor, 'a', 6)).toEqual({ a: 6, b: 1 });
    expect(advance(cursor, 'a', 4)).toBe(cursor);
    expect(cursor).toEqual({ a: 4, b: 1 });
  });
});
