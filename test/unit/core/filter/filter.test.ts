import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventRow } from '../../../../core/event/row.ts';
import type { Rendering } from '../../../../core/event/table.ts';
import { compileFilter } from '../../../../core/filter/compile.ts';
import { type Filter, MAX_FILTER_CHARS, NO_FILTER } from '../../../../core/filter/filter.ts';
import { filterRendering, weightOf } from '../../../../core/filter/filter-rendering.ts';
import { filterText, parseFilter } from '../../../../core/filter/parse.ts';
import { decodeRendering, encodeRendering } from '../../../../core/segment/rendering.ts';
import { saidOf } from '../samples.ts';
import { anyAsked, anyTable, rowsIn } from './asked.ts';

function filterOf(text: string): Filter {
  const parsed = parseFilter(text);
  if (!parsed.ok) throw new Error(`${text}\n${' '.repeat(parsed.column - 1)}^ ${parsed.detail}`);
  return parsed.value;
}

function errorOf(text: string): string {
  const parsed = parseFilter(text);
  return parsed.ok ? 'none' : `${parsed.column}: ${parsed.detail}`;
}

const fits = anyAsked.filter(({ text }) => {
  const parsed = parseFilter(text);
  return parsed.ok || !/at most/.test(parsed.detail);
});

describe('compileFilter', () => {
  it('lets through the rows that someone who reads the filter would', () => {
    fc.assert(
      fc.property(fits, anyTable, ({ text, holds }, table) => {
        const matched = compileFilter(filterOf(text)).match(table);
        expect([...matched]).toEqual(rowsIn(table).map((row) => (holds(row) ? 1 : 0)));
      }),
      { numRuns: 1_500 },
    );
  });

  it('lets everything through without a term', () => {
    fc.assert(
      fc.property(anyTable, (table) => {
        const matched = compileFilter(filterOf('  ')).match(table);
        expect([...matched]).toEqual(new Array(table.length).fill(1));
      }),
      { numRuns: 20 },
    );
  });
});

describe('filterText', () => {
  it('is read again as the same filter', () => {
    fc.assert(
      fc.property(fits, anyTable, ({ text }, table) => {
        const filter = filterOf(text);
        const again = filterOf(filterText(filter));
        expect(filterText(again)).toBe(filterText(filter));
        expect(compileFilter(again).match(table)).toEqual(compileFilter(filter).match(table));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['class:ssh  country:cn', 'country:CN CLASS:SSH'],
    ['port:80,22', 'port:22,80,22'],
    ['port:22..30,25..40', 'dport:22..40'],
    ['a and b', 'b a'],
    ['not not a', 'a'],
    ['(a)', 'a'],
    ['ip:203.0.113.9/24', '203.0.113.0/24'],
    ['org!=Google', '-org=google'],
    ['a (b (c d))', 'd c b a'],
    ['duration>=5', 'duration:5s..'],
    ['confidence>=0.8', 'confidence:80..'],
    ['severity>=3', 'severity:critical,high'],
    ['proto:6', 'proto:tcp'],
    ['"SÃO Paulo"', '"sao paulo"'],
  ])('of %s is that of %s', (one, other) => {
    expect(filterOf(one).text).toBe(filterOf(other).text);
  });

  it('is empty for a filter that all rows pass', () => {
    expect(filterOf('')).toEqual(NO_FILTER);
  });
});

describe('parseFilter', () => {
  it.each([
    ['contry:CN', '1: there is no field "contry": did you mean country?'],
    ['class:ssh contry:CN', '11: there is no field "contry": did you mean country?'],
    ['nonsense:1', '1: there is no field "nonsense"; put quotes around it to look for it as text'],
    ['src.port:1', '1: there is no field "src.port": did you mean port?'],
    ['port:99999', '6: port is a number from 1 to 65535'],
    ['port:22,x', '9: port has no "x"; port is a number from 1 to 65535'],
    ['port:30..22', '6: 30 is above 22: write the lower one first'],
    ['port:', '6: a value of port goes here, such as 22..2323'],
    ['port:22,', '9: a value of port goes here, such as 22..2323'],
    ['country:China', '9: country is a code of two letters such as CN, or * for any that is known'],
    ['country>CN', '9: country goes with ":", not ">"'],
    ['service:sshh', '9: service has no "sshh": did you mean ssh?'],
    [
      'direction:sideways',
      /^11: direction has no "sideways"; direction is one of inbound, outbound/,
    ],
    ['bytes>10xb', '7: bytes has no "10xb"; bytes is a number (10kb, 1.5mb, 1gib)'],
    ['confidence:200', '12: confidence is a number from 0 to 100 (0.8 or 80%)'],
    ['service:*', /^9: service is one of unknown, ssh, .* in all$/],
    ['"open', '1: this quote is not closed'],
    ['a (b', '3: this bracket is not closed'],
    ['a) b', '2: there is no bracket to close here'],
    ['()', '2: a term such as country:CN, or a word to look for, goes here'],
    ['a or', '5: a term such as country:CN, or a word to look for, goes here'],
    ['or a', /^1: "and" and "or" stand between two terms/],
    ['a,b', '2: a term such as country:CN, or a word to look for, goes here'],
    ['""', '1: there is nothing to look for here'],
    ['city:""', '6: a value of city goes here, such as athens'],
    ['x'.repeat(MAX_FILTER_CHARS + 1), '513: a filter has at most 512 characters'],
    [`${'('.repeat(17)}a${')'.repeat(17)}`, '18: brackets and negations nest at most 16 deep'],
    ['a '.repeat(65), '129: a filter has at most 64 terms'],
  ])('says what is wrong with %s', (text, said) => {
    if (typeof said === 'string') expect(errorOf(text)).toBe(said);
    else expect(errorOf(text)).toMatch(said);
  });

  it('reads the example of the whole language', () => {
    const text =
      'country:CN class:ssh port:22..2323 -as:15169 src:203.0.113.0/24 sensor:athens confidence>=0.8 "campaign"';
    expect(filterOf(text).condition).toMatchObject({ what: 'all', of: { length: 8 } });
  });

  it('never throws, whatever it is given', () => {
    const pieces = fc.constantFrom(
      'port',
      ':',
      '..',
      '(',
      ')',
      '"',
      '-',
      ',',
      '*',
      '\\',
      ' or ',
      '>=',
      '1',
      'ssh',
      '\u0301',
      '::',
      '/',
      '%',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((some) => some.join('')),
        ),
        (text) => {
          const parsed = parseFilter(text);
          if (!parsed.ok) {
            expect(parsed.column).toBeGreaterThanOrEqual(1);
            expect(parsed.column).toBeLessThanOrEqual(text.length + 1);
            return;
          }
          expect(filterOf(parsed.value.text).text).toBe(parsed.value.text);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('filterRendering', () => {
  const rendering = anyTable.map(
    (table): Rendering => ({
      audience: 'public',
      table,
      withheld: 3,
      filtered: 2,
      databases: {},
      counters: { gap: 1 },
    }),
  );

  it('keeps what matches as it was, and counts what it leaves out', () => {
    fc.assert(
      fc.property(fits, rendering, ({ text, holds }, whole) => {
        const filter = compileFilter(filterOf(text));
        const kept = filterRendering(whole, filter);
        expect(rowsIn(kept.table)).toEqual(
          rowsIn(whole.table).filter((row: EventRow) => holds(row)),
        );
        expect(weightOf(kept.table) + kept.filtered).toBe(weightOf(whole.table) + whole.filtered);
        expect(kept).toMatchObject({ audience: 'public', withheld: 3, counters: { gap: 1 } });
        expect(filterRendering(kept, filter)).toBe(kept);
      }),
      { numRuns: 200 },
    );
  });

  it('shrinks dictionaries to what is used, so that what is left out leaves no trace', () => {
    fc.assert(
      fc.property(fits, rendering, ({ text }, whole) => {
        const kept = filterRendering(whole, compileFilter(filterOf(text)));
        const { table } = kept;
        if (table.length === whole.table.length) return;
        const used = new Set([...table.initiator, ...table.responder]);
        expect(used.size).toBe(table.endpoints.length);
        expect(new Set(table.tag).size).toBe(table.tags.length);
        expect(new Set(table.endpoints.map(({ place }) => place)).size).toBe(table.places.length);
        const decoded = decodeRendering(encodeRendering(kept));
        expect(decoded.ok && saidOf(decoded.value)).toEqual(saidOf(kept));
      }),
      { numRuns: 200 },
    );
  });
});
