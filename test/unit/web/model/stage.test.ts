import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { weightOf } from '../../../../core/filter/filter-rendering.ts';
import { ArcField } from '../../../../web/src/gl/arc-field.ts';
import { muted, soloClass, toggleClass } from '../../../../web/src/model/selection.ts';
import { Sites } from '../../../../web/src/model/sensors.ts';
import { Stage } from '../../../../web/src/model/stage.ts';
import { type RowPart, tableOf } from './tables.ts';

const show = (stage: Stage, rows: readonly RowPart[], quietly = false): void => {
  const table = tableOf(rows);
  stage.receive(weightOf(table));
  for (let index = 0; index < table.length; index++) stage.show({ table, index }, 1, quietly);
};

describe('Stage', () => {
  test('accounts for every row it received', () => {
    const row = fc.record({
      kind: fc.constantFrom('open' as const, 'data', 'close', 'whole', 'name', 'exec', 'finding'),
      located: fc.boolean(),
      service: fc.constantFrom('ssh', 'http', 'dns'),
      folded: fc.constantFrom(0, 0, 36),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), fc.boolean(), (rows, quietly) => {
        const stage = new Stage(new ArcField(), (serviceClass) => serviceClass === 0);
        show(stage, rows, quietly);
        const { received, drawn, folded, filtered } = stage.counts;
        const all = rows.reduce((sum, { folded: more }) => sum + 1 + more, 0);
        return received === all && drawn + folded + filtered === received;
      }),
    );
  });

  test('accounts for rows that a filter left out before they came', () => {
    const stage = new Stage(new ArcField(), () => false);
    stage.receive(0, 7);
    expect(stage.counts).toEqual({ received: 7, drawn: 0, folded: 0, filtered: 7 });
  });

  test('draws beginnings, folds the rest of a flow, filters what has no place', () => {
    const stage = new Stage(new ArcField(), () => false);

    show(stage, [{ kind: 'open' }, { kind: 'close' }, { located: false }, { kind: 'name' }]);

    expect(stage.counts).toEqual({ received: 4, drawn: 1, folded: 1, filtered: 2 });
  });

  test('folds history instead of flying it', () => {
    const stage = new Stage(new ArcField(), () => false);

    show(stage, [{}, {}], true);

    expect(stage.counts).toMatchObject({ drawn: 0, folded: 2 });
  });
});

describe('the legend’s choice', () => {
  test('mutes and shows a class', () => {
    muted.value = new Set();
    toggleClass(2);
    expect([...muted.value]).toEqual([2]);
    toggleClass(2);
    expect(muted.value.size).toBe(0);
  });

  test('shows one class alone, and all again', () => {
    muted.value = new Set();
    soloClass(1, 4);
    expect([...muted.value]).toEqual([0, 2, 3]);
    soloClass(1, 4);
    expect(muted.value.size).toBe(0);
  });
});

describe('Sites', () => {
  test('names each site once', () => {
    const sites = new Sites();
    expect(sites.add(tableOf([{}, {}]))).toBe(true);
    expect(sites.add(tableOf([{}]))).toBe(false);
    expect(sites.all).toEqual([{ label: 'Frankfurt', lat: 50.1, lon: 8.7 }]);
  });
});
