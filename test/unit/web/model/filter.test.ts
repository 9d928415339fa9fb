import { beforeEach, describe, expect, test } from 'vitest';
import { parseFilter } from '../../../../core/filter/parse.ts';
import { digestRendering } from '../../../../core/frame/digest.ts';
import type { FrameMessage } from '../../../../core/frame/messages.ts';
import { parseViewRequest } from '../../../../core/frame/parse.ts';
import {
  addressWithFilter,
  chooseFilter,
  chosenFilter,
  filterFault,
  filterInAddress,
} from '../../../../web/src/model/chosen-filter.ts';
import { ViewFilter } from '../../../../web/src/model/view-filter.ts';
import { viewRequest } from '../../../../web/src/model/view-request.ts';
import { Vocabulary } from '../../../../web/src/model/vocabulary.ts';
import { filterPieces } from '../../../../web/src/ui/filter-words.ts';
import { renderingOf, tableOf } from './tables.ts';

describe('chooseFilter', () => {
  beforeEach(() => {
    chooseFilter('');
  });

  test('puts a filter in force that can be read', () => {
    expect(chooseFilter('country:cn')).toBe(true);
    expect(chosenFilter.value.text).toBe('country:CN');
    expect(filterFault.value).toBeUndefined();
  });

  test('keeps the one in force and says what is wrong with one that cannot', () => {
    chooseFilter('country:cn');
    expect(chooseFilter('country:china')).toBe(false);
    expect(chosenFilter.value.text).toBe('country:CN');
    expect(filterFault.value).toMatchObject({ column: 9 });
  });
});

describe('an address', () => {
  test('holds a filter beside all else', () => {
    const address = addressWithFilter('https://map.example.org/?kiosk=1#x', 'org:"a & b"');
    expect(filterInAddress(address)).toBe('org:"a & b"');
    expect(new URL(address)).toMatchObject({ hash: '#x' });
    expect(addressWithFilter(address, '')).toBe('https://map.example.org/?kiosk=1#x');
  });
});

describe('viewRequest', () => {
  test('asks for a filter where it fits into the message', () => {
    const reader = { audience: 'operator', token: 't' } as const;
    expect(viewRequest(reader, 'class:ssh')).toMatchObject({ filter: 'class:ssh', token: 't' });
    expect(viewRequest({ audience: 'public' }, '')).toEqual({ action: 'view', audience: 'public' });
    const long = viewRequest(reader, 'я'.repeat(500));
    expect(long).not.toHaveProperty('filter');
    expect(parseViewRequest(JSON.stringify(long))).toMatchObject({ ok: true });
  });
});

describe('ViewFilter', () => {
  const part = { shard: 'a', number: 1, createdAt: 1, body: 'AA==' };
  const frame = { type: 'frame', shards: { a: [0, 1] }, parts: [part], at: 1 } as const;
  const filterOf = (text: string): ViewFilter => {
    const parsed = parseFilter(text);
    if (!parsed.ok) throw new Error(parsed.detail);
    return new ViewFilter(parsed.value);
  };
  const kept = (more: Partial<FrameMessage>, filter: string): number =>
    filterOf(filter).usable({ ...frame, ...more }).parts.length;

  test('takes frames of every row, and of the same filter', () => {
    expect(kept({}, 'class:ssh')).toBe(1);
    expect(kept({ filter: 'class:ssh' }, 'class:ssh')).toBe(1);
    expect(kept({ digest: true }, '')).toBe(1);
  });

  test('only hears of segments that another filter was run over, or that were folded before', () => {
    expect(kept({ filter: 'class:ssh' }, '')).toBe(0);
    expect(kept({ filter: 'class:ssh' }, 'country:CN')).toBe(0);
    expect(kept({ digest: true }, 'country:CN')).toBe(0);
    const told = filterOf('country:CN').usable({ ...frame, digest: true });
    expect(told.shards).toEqual({ a: [0, 1] });
  });

  test('filters what the server has not, and leaves alone what it has filtered and folded', () => {
    const filter = filterOf('srcport:1024..');
    const many = Array.from({ length: 90 }, (_, i) => ({ source: `203.0.${i}.0/24`, flow: i + 1 }));
    const whole = renderingOf(many);
    whole.table.initiatorPort.fill(50_000);
    const digest = digestRendering(whole, 10);

    expect(filter.apply(digest, filter.text)).toBe(digest);
    expect(filter.apply(whole)).toBe(whole);
    expect(filter.apply(renderingOf(many))).toMatchObject({ filtered: 90 });
    expect(new ViewFilter().apply(whole)).toBe(whole);
  });
});

describe('Vocabulary', () => {
  test('offers what tables named, most seen first', () => {
    const words = new Vocabulary();
    words.add(tableOf([{ country: 'CN' }]));
    words.add(tableOf([{ country: 'FR' }, { country: 'CN', flow: 2 }]));
    const seen = words.seen((code) => `name of ${code}`);
    expect(seen.countries).toEqual([
      { value: 'CN', label: 'name of CN' },
      { value: 'FR', label: 'name of FR' },
    ]);
    expect(seen.sensors.map(({ value }) => value)).toEqual(['Frankfurt']);
  });

  test('forgets the rarest when there are too many', () => {
    const words = new Vocabulary();
    words.add(tableOf([{ country: 'CN' }]));
    words.add(tableOf([{ country: 'CN' }]));
    for (let i = 0; i < 500; i++) words.add(tableOf([{ country: `x${i}` }]));
    const { countries } = words.seen(() => '');
    expect(countries.length).toBe(400);
    expect(countries[0]?.value).toBe('CN');
  });
});

describe('filterPieces', () => {
  test.each([
    'country:CN,RU -(as:15169 or "a \\" b") not confidence>=0.8 remote-shell 2001:db8::/32',
    'unfinished:"text and ( | ) , ,, -- ',
    '',
  ])('cuts %s into pieces that are all of it', (text) => {
    expect(
      filterPieces(text)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text);
  });

  test('tells fields, values and what joins them apart', () => {
    const kinds = filterPieces('-country:CN or a-b').map(({ text, kind }) => [text, kind]);
    expect(kinds.filter(([, kind]) => kind !== 'space')).toEqual([
      ['-', 'joint'],
      ['country:', 'field'],
      ['CN', 'value'],
      ['or', 'joint'],
      ['a-b', 'value'],
    ]);
    expect(parseFilter('-country:CN or a-b')).toMatchObject({ ok: true });
  });
});
