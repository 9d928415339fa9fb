import type { EventTable } from '../event/table.ts';
import type { Condition, Filter } from './filter.ts';
import { andMask, invert, type Mask, orMask, type RowTest } from './loops.ts';
import { compileTerm } from './row-tests.ts';
import { compileWords } from './word-search.ts';

/** A filter made ready to run over tables. */
export interface CompiledFilter {
  /** Canonical text; equal for filters that are written alike. */
  readonly text: string;
  /** A byte a row of `table`: 1 where the filter lets it through. */
  match(table: EventTable): Mask;
}

/**
 * Makes a filter ready: what asks about places, networks, names and other entries of dictionaries is asked once per
 * entry, and rows then only look their entries up.
 */
export function compileFilter(filter: Filter): CompiledFilter {
  const run = compile(filter.condition);
  return {
    text: filter.text,
    match: (table) => {
      const mask = new Uint8Array(table.length);
      run(table, mask);
      return mask;
    },
  };
}

/** Rows of tests are or-ed into a mask that is all 0. */
function compile(condition: Condition): RowTest {
  switch (condition.what) {
    case 'term':
      return compileTerm(condition);
    case 'words':
      return compileWords(condition.text);
    case 'not':
      return negated(compile(condition.of));
    case 'any':
      return combined(condition.of.map(compile), orMask);
    case 'all':
      return condition.of.length === 0 ? everything : combined(condition.of.map(compile), andMask);
  }
}

function everything(_: EventTable, into: Mask): void {
  into.fill(1);
}

function negated(test: RowTest): RowTest {
  return (table, into) => {
    test(table, into);
    invert(into);
  };
}

function combined(
  [first = everything, ...rest]: readonly RowTest[],
  combine: (into: Mask, other: Mask) => void,
): RowTest {
  return (table, into) => {
    first(table, into);
    const other = new Uint8Array(into.length);
    for (const test of rest) {
      other.fill(0);
      test(table, other);
      combine(into, other);
    }
  };
}
