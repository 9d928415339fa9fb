import { describe, expect, test } from 'vitest';
import { Activity, WINDOW_SECONDS } from '../../../../web/src/model/activity.ts';
import { tableOf } from './tables.ts';

const T = 1_700_000_000_000;

describe('Activity', () => {
  test('counts connections, distinct sources and countries of a window', () => {
    const activity = new Activity();
    activity.add(
      tableOf([
        { source: 'a', country: 'FR' },
        { source: 'a', country: 'FR' },
      ]),
      T,
    );
    activity.add(
      tableOf([
        { source: 'b', country: 'DE' },
        { kind: 'close', source: 'c', country: 'US' },
      ]),
      T + 100_000,
    );

    expect(activity.whole()).toEqual({
      ...{ connections: 3, sources: 2, countries: 2, more: false },
    });
    expect(activity.last(60, T + 110_000)).toEqual({
      ...{ connections: 1, sources: 1, countries: 1, more: false },
    });
  });

  test('spreads rows of merged segments over the time that they were appended in', () => {
    const activity = new Activity();
    activity.add(tableOf(Array.from({ length: 60 }, () => ({}))), T, 30_000);

    const curve = activity.curve(40, T, 40);
    expect(curve.filter((connections) => connections === 2)).toHaveLength(30);
    expect(activity.whole().connections).toBe(60);
  });

  test('counts what was folded into a row, and says that there may be more sources', () => {
    const activity = new Activity();
    activity.add(tableOf([{ source: 'a' }, { source: '', folded: 36 }]), T);

    expect(activity.whole()).toMatchObject({ connections: 38, sources: 1, more: true });
    expect(activity.last(60, T)).toMatchObject({ connections: 38, sources: 1, more: true });
    expect(activity.events).toBe(38);
    activity.expire(T + (WINDOW_SECONDS + 5) * 1_000);
    expect(activity.whole()).toMatchObject({ connections: 0, more: false });
  });

  test('forgets everything that left the window', () => {
    const activity = new Activity();
    activity.add(tableOf([{ source: 'a' }, { source: 'b', provenance: 2 }]), T);
    activity.add(tableOf([{ source: 'a' }]), T + 60_000);

    activity.expire(T + (WINDOW_SECONDS + 5) * 1_000);

    expect(activity.whole()).toEqual({
      ...{ connections: 1, sources: 1, countries: 1, more: false },
    });
    expect(activity.classes[0]).toBe(1);
    expect([...activity.provenance]).toEqual([1, 0, 0]);
    expect(activity.events).toBe(1);
  });

  test('says of how many flows one was looked at, while that is in the window', () => {
    const activity = new Activity();
    activity.add(tableOf([{ sampling: 8 }, {}]), T);
    activity.add(tableOf([{ sampling: 4 }]), T + 60_000);

    expect(activity.sampling).toBe(8);
    activity.expire(T + (WINDOW_SECONDS + 5) * 1_000);
    expect(activity.sampling).toBe(4);
    expect(new Activity().sampling).toBe(1);
  });

  test('draws a curve whose sum is the window', () => {
    const activity = new Activity();
    for (let i = 0; i < 10; i++) activity.add(tableOf([{}]), T - i * 60_000);

    const curve = activity.curve(900, T + 1_000, 60);

    expect(curve).toHaveLength(60);
    expect(curve.reduce((sum, count) => sum + count, 0)).toBe(10);
  });
});
