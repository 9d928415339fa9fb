import { describe, expect, it } from 'vitest';
import { PUBLIC_RULES, type PublicRules } from '../../../../core/redact/rules.ts';
import { encodeRendering } from '../../../../core/segment/rendering.ts';
import { findCanaries } from '../../../support/canaries.ts';
import { CANARIES, canaryTable } from './canary-table.ts';
import { leaksOf } from './leaks.ts';

const POLICIES = [
  { sources: 'mask' },
  { sources: 'mask', pairs: false },
  { sources: 'pseudonym' },
  { sources: 'none' },
] as const;

/** Values of rules that hold nothing back, or that cannot be otherwise. */
const LOOSE: readonly unknown[] = ['keep', 'publish', 'remap', 'made'];

/** PUBLIC_RULES with one rule less, for every rule there is, by its path. */
function mutations(rules: object = PUBLIC_RULES, path: readonly string[] = []): [string, object][] {
  return Object.entries(rules).flatMap(([name, value]): [string, object][] => {
    const own = [...path, name];
    const changed = (to: unknown): object => ({ ...rules, [name]: to });
    if (typeof value === 'object') {
      return mutations(value, own).map(([at, part]) => [at, changed(part)]);
    }
    const loosest = value === 'withhold' ? 'publish' : 'keep';
    return LOOSE.includes(value) ? [] : [[own.join('.'), changed(loosest)]];
  });
}

describe('the public rendering of a table that holds every secret', () => {
  it.each(POLICIES)('gives none of them away with %j', (policy) => {
    expect(leaksOf(PUBLIC_RULES, policy)).toEqual([]);
  });

  it('would give them away as the operator’s rendering does', () => {
    const table = canaryTable();
    const about = { withheld: 0, filtered: 0, databases: {}, counters: {} };
    const bytes = encodeRendering({ audience: 'operator', table, ...about });
    const found = [bytes, Buffer.from(JSON.stringify(table))]
      .flatMap((all) => findCanaries(all, CANARIES))
      .join('\n');

    for (const { name } of CANARIES) expect(found).toContain(`${name} as`);
  });

  it.each(mutations())('gives something away without the rule %s', (_, rules) => {
    const leaks = POLICIES.flatMap((policy) => leaksOf(rules as PublicRules, policy));

    expect(leaks).not.toEqual([]);
  });

  it('is tried without each of the rules that hold something back', () => {
    const names = mutations().map(([name]) => name);

    expect(names.length).toBeGreaterThanOrEqual(30);
    expect(names).toEqual(expect.arrayContaining(['kinds.name', 'insideOnly', 'tag.boot']));
  });
});
