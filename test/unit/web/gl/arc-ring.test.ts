import { describe, expect, test } from 'vitest';
import { ArcRing } from '../../../../web/src/gl/arc-ring.ts';
import { type Arc, FLIGHT_SECONDS, FLOATS } from '../../../../web/src/gl/flight.ts';

const arc: Arc = {
  fromLon: 1,
  fromLat: 0.5,
  toLon: 0.1,
  toLat: 0.9,
  serviceClass: 3,
  packets: 10,
  id: 7,
};

describe('ArcRing', () => {
  test('keeps every living flight in one contiguous run', () => {
    const ring = new ArcRing(4);
    for (let i = 0; i < 3; i++) ring.add(arc, i);
    ring.expire(2 + FLIGHT_SECONDS - 0.5);
    ring.add(arc, 3);
    ring.add(arc, 3.1);

    const { first, count } = ring.run();

    expect(count).toBe(3);
    const starts = Array.from({ length: count }, (_, i) => ring.data[(first + i) * FLOATS + 4]);
    expect(starts.map((start) => start?.toFixed(1))).toEqual(['2.0', '3.0', '3.1']);
  });

  test('refuses a flight when every place is taken by a living one', () => {
    const ring = new ArcRing(2);

    expect([ring.add(arc, 0), ring.add(arc, 0), ring.add(arc, 0)]).toEqual([true, true, false]);
  });

  test('names exactly the instances to upload, in both halves', () => {
    const ring = new ArcRing(3);
    ring.add(arc, 0);
    ring.add(arc, 0);
    expect(ring.takeDirty()).toEqual([
      { first: 0, count: 2 },
      { first: 3, count: 2 },
    ]);
    ring.expire(FLIGHT_SECONDS + 1);
    ring.add(arc, 10);
    ring.add(arc, 10);

    expect(ring.takeDirty()).toEqual([
      { first: 2, count: 1 },
      { first: 5, count: 1 },
      { first: 0, count: 1 },
      { first: 3, count: 1 },
    ]);
    expect(ring.takeDirty()).toEqual([]);
  });
});
