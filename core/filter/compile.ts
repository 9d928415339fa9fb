import type { EventTable } from '../event/table.ts';
import type { FieldName } from './fields.ts';
import type { Condition, Filter } from './filter.ts';
import { andMask, invert, isEmpty, type Mask, orMask, type RowTest } from './loops.ts';
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
      return anyOf(condition.of.map(compile));
    case 'all':
      return allOf([...condition.of].sort((a, b) => costOf(a) - costOf(b)).map(compile));
  }
}

/** What fields cost about where it is not 1: those look at dictionaries, texts or several columns first. */
const COSTS: Readonly<Partial<Record<FieldName, number>>> = {
  ...{ country: 3, mark: 3, as: 4, org: 4, city: 5, listed: 5, severity: 20, host: 15 },
};
const WORDS_COST = 40;

/** About how long a condition takes, to ask the cheap ones first. */
function costOf(condition: Condition): number {
  switch (condition.what) {
    case 'term':
      return COSTS[condition.field] ?? 1;
    case 'words':
      return WORDS_COST;
    case 'not':
      return costOf(condition.of);
    default:
      return condition.of.reduce((sum, part) => sum + costOf(part), 0);
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

function anyOf([first = everything, ...rest]: readonly RowTest[]): RowTest {
  return (table, into) => {
    first(table, into);
    const other = new Uint8Array(into.length);
    for (const test of rest) {
      other.fill(0);
      test(table, other);
      orMask(into, other);
    }
  };
}

/** Once no row is left, nothing more is asked. */
function allOf([first = everything, ...rest]: readonly RowTest[]): RowTest {
  return (table, into) => {
    first(table, into);
    const other = new Uint8Array(into.length);
    for (const test of rest) {
      if (isEmpty(into)) return;
      other.fill(0);
      test(table, other);
      andMask(into, other);
    }
  };
}
