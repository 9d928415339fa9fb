import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_KIND } from '../../../../core/event/kinds.ts';
import { conversationKeys } from '../../../../core/fold/conversation.ts';
import { SEED } from '../round-trip.ts';
import { type SaidRow, said } from './flow-table.ts';

function keysOf(rows: readonly SaidRow[], audience: 'operator' | 'public' = 'operator'): number[] {
  return [...conversationKeys(said(rows, audience).table, audience)];
}

describe('conversationKeys', () => {
  it('gives a conversation one key, whoever saw it and from whichever side', () => {
    const there = { from: '203.0.113.9', to: '198.51.100.7', initiatorPort: 40_000, probe: 'a' };
    const back = {
      from: '198.51.100.7',
      to: '203.0.113.9',
      initiatorPort: 22,
      responderPort: 40_000,
      probe: 'b',
    };

    const [one, other, again] = keysOf([there, back, { ...there, kind: EVENT_KIND.data }]);

    expect(other).toBe(one);
    expect(again).toBe(one);
  });

  it('differs with protocol, addresses and ports, and when ports change sides', () => {
    const keys = keysOf([
      {},
      { protocol: 17 },
      { from: '203.0.113.8' },
      { to: '198.51.100.8' },
      { initiatorPort: 40_001 },
      { responderPort: 23 },
      { initiatorPort: 22, responderPort: 40_000 },
    ]);

    expect(new Set(keys).size).toBe(keys.length);
  });

  it('is no key where ends are not told, or the row is about no flow', () => {
    expect(keysOf([{ from: '', to: '' }, { kind: EVENT_KIND.finding }])).toEqual([0, 0]);
  });

  it('keeps the private networks of sites apart, which use the same addresses', () => {
    const here = { from: '192.168.1.5', to: '8.8.8.8' };

    const [one, again, other] = keysOf([
      here,
      { ...here, probe: 'second' },
      { ...here, probe: 'oslo', site: 'Oslo' },
    ]);

    expect(again).toBe(one);
    expect(other).not.toBe(one);
  });

  it('is of the keyed pair in public, never of labels that many hosts share', () => {
    const [one, same, other, untold] = keysOf(
      [{ pair: 7 }, { pair: 7, from: 'elsewhere' }, { pair: 8 }, { pair: 0 }],
      'public',
    );

    expect(same).toBe(one);
    expect(other).not.toBe(one);
    expect(untold).toBe(0);
  });

  it('stays what it was: rollups and pages of other versions may compare it', () => {
    expect(keysOf([{}])).toMatchInlineSnapshot(`
      [
        3228420042075289,
      ]
    `);
  });

  it('tells a hundred thousand conversations apart', () => {
    const rows = Array.from({ length: 100_000 }, (_, i) => ({
      from: `203.0.${i & 63}.${(i >> 6) & 255}`,
      initiatorPort: 1024 + (i % 50_000),
    }));
    const distinct = new Set(rows.map(({ from, initiatorPort }) => `${from} ${initiatorPort}`));

    expect(new Set(keysOf(rows)).size).toBe(distinct.size);
  });

  it('is symmetric for any ends', () => {
    const end = fc.tuple(fc.ipV6(), fc.nat(0xffff));
    fc.assert(
      fc.property(end, end, ([from, initiatorPort], [to, responderPort]) => {
        const [there, back] = keysOf([
          { from, to, initiatorPort, responderPort },
          { from: to, to: from, initiatorPort: responderPort, responderPort: initiatorPort },
        ]);
        expect(back).toBe(there);
        expect(Number.isSafeInteger(there) && (there as number) > 0).toBe(true);
      }),
      { seed: SEED, numRuns: 100 },
    );
  });
});
