import { describe, expect, test } from 'vitest';
import { ArcField } from '../../../../web/src/gl/arc-field.ts';
import { FLIGHT_BUDGET, nextBudget } from '../../../../web/src/gl/budget.ts';
import { Corridors } from '../../../../web/src/gl/corridors.ts';
import {
  type Arc,
  bendOf,
  FLIGHT_SECONDS,
  FLOATS,
  TRACE_SECONDS,
  widthOf,
} from '../../../../web/src/gl/flight.ts';

const arc = (id: number, fromLon = id): Arc => ({
  fromLon,
  fromLat: 0.5,
  toLon: 0.1,
  toLat: 0.9,
  serviceClass: 1,
  packets: 10,
  id,
});

describe('ArcField', () => {
  test('flies at least five thousand arcs at once', () => {
    const field = new ArcField();

    const fates = Array.from({ length: 5_000 }, (_, id) => field.launch(arc(id), 1));

    expect(fates.every((fate) => fate === 'drawn')).toBe(true);
  });

  test('folds what is above the budget into corridors', () => {
    const field = new ArcField();
    for (let i = 0; i < 200; i++) field.frame(100);

    const fates = Array.from({ length: FLIGHT_BUDGET.least + 10 }, (_, id) =>
      field.launch(arc(id, 1), 1),
    );

    expect(fates.filter((fate) => fate === 'drawn')).toHaveLength(FLIGHT_BUDGET.least);
    expect(fates.filter((fate) => fate === 'folded')).toHaveLength(10);
    expect(field.corridors.size).toBe(1);
  });

  test('moves, then fades, then stands still', () => {
    const field = new ArcField();
    field.launch(arc(1), 10);

    expect(field.activity(10.1)).toBe('moving');
    expect(field.activity(10.1 + FLIGHT_SECONDS)).toBe('fading');
    expect(field.activity(10.1 + TRACE_SECONDS)).toBe('still');
  });
});

describe('Corridors', () => {
  test('adds events of one way and class up, and forgets with time', () => {
    const corridors = new Corridors(8);
    for (let i = 0; i < 8; i++) corridors.add(arc(i, 1), 0);
    const busy = corridors.data[5] ?? 0;
    corridors.add(arc(9, 1), 200);

    expect(corridors.size).toBe(1);
    expect(busy).toBeCloseTo(Math.log2(9), 5);
    expect(corridors.data[5]).toBeLessThan(busy);
  });

  test('gives the place of the one that rested longest to a new one', () => {
    const corridors = new Corridors(2);
    corridors.add(arc(1, 1), 0);
    corridors.add(arc(2, 2), 1);
    corridors.add(arc(1, 1), 2);
    corridors.add(arc(3, 3), 3);

    expect(corridors.size).toBe(2);
    expect([corridors.data[0], corridors.data[FLOATS]]).toEqual([1, 3]);
  });
});

describe('the look of an arc', () => {
  test('bends the same for the same id, and otherwise differently', () => {
    expect(bendOf(42)).toBe(bendOf(42));
    expect(new Set(Array.from({ length: 50 }, (_, id) => bendOf(id))).size).toBe(50);
  });

  test('grows with the logarithm of its packets, up to 4 px', () => {
    expect(widthOf(1)).toBe(1);
    expect(widthOf(100)).toBeCloseTo(2.2);
    expect(widthOf(1e12)).toBe(4);
  });
});

describe('nextBudget', () => {
  test('shrinks on late frames, grows on easy ones, within its bounds', () => {
    expect(nextBudget(1_000, 50)).toBe(900);
    expect(nextBudget(1_000, 16)).toBe(1_032);
    expect(nextBudget(1_000, 25)).toBe(1_000);
    expect(nextBudget(FLIGHT_BUDGET.least, 500)).toBe(FLIGHT_BUDGET.least);
    expect(nextBudget(FLIGHT_BUDGET.most, 5)).toBe(FLIGHT_BUDGET.most);
  });
});
