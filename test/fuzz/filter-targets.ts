import fc from 'fast-check';
import { compileFilter } from '../../core/filter/compile.ts';
import { completions } from '../../core/filter/completions.ts';
import { parseFilter } from '../../core/filter/parse.ts';
import { anyAsked, anyTable } from '../unit/core/filter/asked.ts';
import type { Target } from './target.ts';

const SAMPLE_SEED = 20_261;
const SEEN = {
  countries: [{ value: 'CN', label: 'China' }],
  cities: [{ value: 'São Paulo', label: '' }],
  organisations: [{ value: 'Google "LLC"', label: 'AS15169' }],
  sensors: [],
  lists: [],
};

/** Texts that someone sends as a filter: parsed, written out, read again, run over a table, and completed. */
export function filterTargets(): Target[] {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const sample = { numRuns: 200, seed: SAMPLE_SEED };
  const table = fc.sample(anyTable, { numRuns: 20, seed: SAMPLE_SEED }).at(-1);
  return [
    {
      name: 'filter',
      share: 4,
      seeds: fc.sample(anyAsked, sample).map(({ text }) => encoder.encode(text)),
      capacity: 600,
      slowMs: 5,
      run: (buffer, length) => {
        const text = decoder.decode(buffer.subarray(0, length));
        const cursor = Math.floor(text.length / 2);
        const offered = completions(text, cursor, SEEN).length;
        const parsed = parseFilter(text);
        if (!parsed.ok) {
          const { column, detail } = parsed;
          if (column < 1 || column > text.length + 1) throw new Error(`column ${column}`);
          return `${offered} ${column} ${detail}`;
        }
        const again = parseFilter(parsed.value.text);
        if (!again.ok || again.value.text !== parsed.value.text) throw new Error('read otherwise');
        const matched = table === undefined ? [] : compileFilter(parsed.value).match(table);
        return `${offered} ${parsed.value.text} ${matched.join('')}`;
      },
    },
  ];
}
