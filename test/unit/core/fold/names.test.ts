import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SERVICES } from '../../../../core/classify/services.ts';
import { EVENT_KIND } from '../../../../core/event/kinds.ts';
import { NameBook } from '../../../../core/fold/names.ts';
import { SEED } from '../round-trip.ts';
import { type SaidRow, said } from './flow-table.ts';

const DNS = SERVICES.findIndex(({ name }) => name === 'dns');
const HTTPS = SERVICES.findIndex(({ name }) => name === 'https');

function named(to: string, text: string, more: Partial<SaidRow> = {}): SaidRow {
  return { kind: EVENT_KIND.name, from: '198.51.100.7', to, text, service: DNS, ...more };
}

describe('NameBook', () => {
  it('knows the latest name of an address, where it was read and when', () => {
    const book = new NameBook();
    book.learn(said([named('203.0.113.9', 'new.example', { time: 5, service: HTTPS })]).table);
    book.learn(said([named('203.0.113.9', 'old.example', { time: 4 })]).table);

    expect(book.nameOf('203.0.113.9')).toEqual({ name: 'new.example', source: 'https', at: 5 });
    expect(book.nameOf('203.0.113.8')).toBeUndefined();
  });

  it('learns names of hops, and nothing from rows of flows', () => {
    const book = new NameBook();
    const hop = { kind: EVENT_KIND.trace, from: '192.0.2.1', text: 'core1.example' };
    book.learn(said([hop, { text: 'sshd' }, { ...hop, from: '192.0.2.2', text: '' }]).table);

    expect([...book.entries()]).toEqual([
      ['192.0.2.1', { name: 'core1.example', source: 'trace', at: 1_000_000 }],
    ]);
  });

  it('takes nothing for a name that is longer than names can be', () => {
    const book = new NameBook();
    const label = 'a'.repeat(253);
    book.learn(said([named('a', label), named('b', `${label}b`)]).table);

    expect([...book.entries()].map(([of]) => of)).toEqual(['a']);
  });

  it('forgets the oldest names beyond its bound', () => {
    const book = new NameBook(2);
    book.learn(said([named('a', 'a.example', { time: 3 }), named('b', 'b', { time: 1 })]).table);
    book.learn(said([named('c', 'c.example', { time: 2 })]).table);

    expect([...book.entries()].map(([label]) => label).sort()).toEqual(['a', 'c']);
  });

  it('comes to the same names in any order of tables, bound or not', () => {
    const row = fc.record({
      to: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      text: fc.constantFrom('x.example', 'y.example', 'z.example'),
      time: fc.nat(6),
    });
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 30 }),
        fc.integer({ min: 1, max: 8 }),
        fc.func(fc.nat()),
        (rows, most, order) => {
          const learnt = (some: typeof rows): unknown => {
            const book = new NameBook(most);
            for (const { to, text, time } of some)
              book.learn(said([named(to, text, { time })]).table);
            return [...book.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
          };
          const shuffled = rows
            .map((one, i) => [order(i), one] as const)
            .sort(([a], [b]) => a - b)
            .map(([, one]) => one);

          expect(learnt([...shuffled, ...rows])).toEqual(learnt(rows));
        },
      ),
      { seed: SEED, numRuns: 200 },
    );
  });
});
