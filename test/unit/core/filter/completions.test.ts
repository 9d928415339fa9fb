import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completions, type SeenValues } from '../../../../core/filter/completions.ts';
import { parseFilter } from '../../../../core/filter/parse.ts';

const SEEN: SeenValues = {
  countries: [
    { value: 'CN', label: 'China' },
    { value: 'US', label: 'United States' },
  ],
  cities: [{ value: 'São Paulo', label: 'São Paulo' }],
  organisations: [{ value: 'Hetzner "Online" GmbH', label: 'AS24940' }],
  sensors: [{ value: 'athens', label: 'athens' }],
  lists: [],
};

function offered(text: string): readonly string[] {
  const cursor = text.indexOf('^');
  const whole = text.replace('^', '');
  return completions(whole, cursor, SEEN).map(
    ({ insert, from, to }) => whole.slice(0, from) + insert + whole.slice(to),
  );
}

describe('completions', () => {
  it.each([
    ['^', 'host:'],
    ['coun^', 'country:'],
    ['class:ssh -coun^', 'class:ssh -country:'],
    ['(a or por^', '(a or port:'],
    ['src.^', 'src.country:'],
    ['dst.a^', 'dst.as:'],
    ['country:^', 'country:CN'],
    ['country:u^', 'country:US'],
    ['country:chin^', 'country:CN'],
    ['country:CN,^ class:ssh', 'country:CN,US class:ssh'],
    ['country:C^N class:ssh', 'country:CN class:ssh'],
    ['src.city:sao^', 'src.city:"São Paulo"'],
    ['org:hetz^', 'org:"Hetzner \\"Online\\" GmbH"'],
    ['sensor:^', 'sensor:athens'],
    ['class:remote-s^', 'class:remote-shell'],
    ['class:shell^', 'class:remote-shell'],
    ['direction:in^', 'direction:inbound'],
    ['severity>=h^', 'severity>=high'],
    ['technique:brute^', 'technique:T1110'],
    ['listed:^', 'listed:*'],
  ])('of %s have %s', (text, first) => {
    expect(offered(text)).toContain(first);
  });

  it('are none inside quotes, after a field nobody knows, or for addresses', () => {
    expect(offered('"coun^')).toEqual([]);
    expect(offered('nothing:a^')).toEqual([]);
    expect(offered('src:1^')).toEqual([]);
  });

  it('put first what begins with what is there', () => {
    expect(offered('class:s^')[0]).toBe('class:ssh');
    expect(offered('p^')[0]).toBe('port:');
  });

  it('of values make filters that are read', () => {
    const start = fc.constantFrom(
      'country:',
      'city:',
      'org:',
      'class:',
      '-mark:',
      '(state:',
      'kind:flow,',
    );
    fc.assert(
      fc.property(start, (text) => {
        for (const { insert, from, to } of completions(text, text.length, SEEN)) {
          const whole = text.slice(0, from) + insert + text.slice(to);
          expect(parseFilter(whole.startsWith('(') ? `${whole})` : whole)).toMatchObject({
            ok: true,
          });
        }
      }),
      { numRuns: 20 },
    );
  });

  it('never throw, whatever is typed and wherever', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(40), (text, at) => {
        const cursor = Math.min(at, text.length);
        for (const { from, to } of completions(text, cursor, SEEN)) {
          expect(from).toBeLessThanOrEqual(cursor);
          expect(to).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });
});
