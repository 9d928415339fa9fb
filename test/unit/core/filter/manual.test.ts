import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FIELDS } from '../../../../core/filter/fields.ts';
import { parseFilter } from '../../../../core/filter/parse.ts';

const MANUAL = readFileSync(new URL('../../../../docs/filter.md', import.meta.url), 'utf8');

function answer(text: string): string {
  const parsed = parseFilter(text);
  return parsed.ok ? 'read' : `${parsed.column}: ${parsed.detail}`;
}

describe('docs/filter.md', () => {
  const blocks = [...MANUAL.matchAll(/```\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  const examples = blocks
    .filter((block) => !block.includes(' = '))
    .flatMap((block) => block.trim().split('\n'));
  const rows = [...MANUAL.matchAll(/^\| `(\w+)` \|([^|]*)\|([^|]*)\|[^|]*\|([^|]*)\|$/gm)];

  it.each(examples)('gives an example that is read: %s', (text) => {
    expect(answer(text)).toBe('read');
  });

  it('has a row for each field, with its other names and values that are read', () => {
    expect(rows.map(([, name]) => name)).toEqual(FIELDS.map(({ name }) => name));
    for (const [, name, also = '', ofEnd = '', values = ''] of rows) {
      const field = FIELDS.find((known) => known.name === name);
      for (const alias of field?.aliases ?? []) expect(also).toContain(`\`${alias}\``);
      expect(ofEnd.trim()).toBe(field?.ofEnd ? 'yes' : '');
      for (const [, value = ''] of values.matchAll(/`([^`]+)`/g))
        expect(answer(value)).toBe('read');
    }
  });

  it('quotes the answers to wrong filters as they are', () => {
    const wrong = [...MANUAL.matchAll(/^\| `([^`]+)` \| (\d+: .*) \|$/gm)];
    expect(wrong.length).toBeGreaterThan(3);
    for (const [, text = '', said] of wrong) expect(answer(text)).toBe(said);
  });

  it('reads every word in backquotes that has the shape of a term', () => {
    const inline = [...MANUAL.matchAll(/`(-?[a-z.]+[:=<>][^`]+)`/g)].map(([, text = '']) => text);
    const terms = inline.filter(
      (text) => text !== 'field:value' && !/^(contry|class:ssh port|country:China)/.test(text),
    );
    for (const text of terms) expect([text, answer(text)]).toEqual([text, 'read']);
  });
});
