import { describe, expect, it } from 'vitest';
import { FlowTable } from '../../../../edge-probe/flow/flow-table.ts';
import { Wheel } from '../../../../edge-probe/flow/wheel.ts';

const T = 1_700_000_000_000;

function startedWheel(): { wheel: Wheel; fired: [number, number][]; at(ms: number): void } {
  const wheel = new Wheel(new FlowTable(16, 1));
  const fired: [number, number][] = [];
  const at = (ms: number): void => {
    wheel.advance(
      ms,
      () => {},
      (record, now) => fired.push([record, now]),
    );
  };
  at(T);
  return { wheel, fired, at };
}

describe('Wheel', () => {
  it('looks at a record within a second after its time, never before', () => {
    const { wheel, fired, at } = startedWheel();
    wheel.schedule(1, T + 1_500);
    wheel.schedule(2, T + 2_000);

    at(T + 1_999);
    expect(fired).toEqual([]);
    at(T + 2_000);
    expect(fired.sort()).toEqual([
      [1, T + 2_000],
      [2, T + 2_000],
    ]);
  });

  it('looks at what is already due at the next second', () => {
    const { wheel, fired, at } = startedWheel();
    wheel.schedule(3, T - 10_000);

    at(T + 1_000);

    expect(fired).toEqual([[3, T + 1_000]]);
  });

  it('looks sooner at what is further away than it is round', () => {
    const { wheel, fired, at } = startedWheel();
    wheel.schedule(3, T + 10_000_000);

    at(T + 511_000);

    expect(fired).toEqual([[3, T + 511_000]]);
  });

  it('looks at everything once after a jump', () => {
    const { wheel, fired, at } = startedWheel();
    for (let record = 0; record < 8; record++) wheel.schedule(record, T + record * 60_000);

    at(T + 86_400_000);

    expect(fired.map(([record]) => record).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('gives out first what is due first', () => {
    const { wheel } = startedWheel();
    wheel.schedule(1, T + 9_000);
    wheel.schedule(2, T + 3_000);

    expect([wheel.takeFirst(), wheel.takeFirst(), wheel.takeFirst()]).toEqual([2, 1, -1]);
  });

  it('goes on from an earlier time', () => {
    const { wheel, fired, at } = startedWheel();
    wheel.schedule(1, T + 2_000);

    wheel.rewind(T - 1_000_000);
    at(T - 1_000_000 + 512_000);

    expect(fired.map(([record]) => record)).toEqual([1]);
  });
});
