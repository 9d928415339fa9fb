import { describe, expect, it } from 'vitest';
import { CellCounts, cellOf } from '../../../../core/redact/cells.ts';
import { cellTableOf, openCellTable } from '../../../../lambdas/geo/cells-table.ts';
import { countNetworks } from '../../../../lambdas/geo/count-networks.ts';
import { readCells } from '../../../../lambdas/wrangle/cells-file.ts';
import { mmdbOf } from '../../../support/mmdb-builder.ts';

const FRANKFURT = { latitude: 50.11, longitude: 8.68, country_code: 'DE' };
const ATHENS = { latitude: 37.98, longitude: 23.73, country_code: 'GR' };

function countsAt(counts: CellCounts): Record<string, number> {
  const of = (point: { latitude: number; longitude: number }): number => {
    const place = cellOf({ lat: point.latitude, lon: point.longitude });
    return counts.sum(place, place + 1);
  };
  return { frankfurt: of(FRANKFURT), athens: of(ATHENS) };
}

describe('countNetworks', () => {
  it('counts the /24 networks of each cell, those of larger and smaller rows too', () => {
    const counts = countNetworks(
      mmdbOf({
        '8.0.0.0/22': FRANKFURT,
        '9.9.9.0/24': FRANKFURT,
        '11.0.0.0/25': ATHENS,
        '11.0.0.128/25': FRANKFURT,
        '12.0.0.128/26': ATHENS,
        '13.0.0.0/8': { country_code: 'DE' },
      }),
    );

    expect(countsAt(counts)).toEqual({ frankfurt: 5, athens: 1 });
    expect(counts.places).toHaveLength(2);
  });

  it('refuses bytes that are no database', () => {
    expect(() => countNetworks(Buffer.alloc(1_000))).toThrow();
  });
});

describe('openCellTable', () => {
  const counts = new CellCounts(Uint32Array.of(0, 7, 4_194_303), Uint32Array.of(1, 5_000_000, 3));
  const table = cellTableOf(counts);

  it('gives back what was written', () => {
    const opened = openCellTable(table);

    if (!opened.ok) throw new Error(opened.reason);
    expect(opened.value.places).toEqual(counts.places);
    expect(opened.value.counts).toEqual(counts.counts);
    expect(
      openCellTable(cellTableOf(new CellCounts(new Uint32Array(), new Uint32Array()))).ok,
    ).toBe(true);
  });

  it('refuses what is cut, longer, of another version or out of order', () => {
    for (let size = 0; size < table.length; size++) {
      expect(openCellTable(table.subarray(0, size)).ok).toBe(false);
    }
    expect(openCellTable(Uint8Array.of(...table, 0)).ok).toBe(false);
    expect(openCellTable(Uint8Array.of(9, ...table.subarray(1)))).toMatchObject({
      reason: 'bad-version',
    });
    const twice = cellTableOf(new CellCounts(Uint32Array.of(5, 5), Uint32Array.of(1, 1)));
    expect(openCellTable(twice)).toMatchObject({ reason: 'bad-value' });
  });
});

describe('readCells', () => {
  it('is nothing without a file, and names one that cannot be used', () => {
    expect(readCells('/', '')).toBeUndefined();
    expect(() => readCells(import.meta.dirname, 'cells.test.ts')).toThrow(/cells\.test\.ts cannot/);
    expect(() => readCells('/', 'nowhere.cells')).toThrow(/nowhere\.cells/);
  });
});
