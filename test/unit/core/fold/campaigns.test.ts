import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BEHAVIOURS } from '../../../../core/classify/behaviours.ts';
import { DIRECTION, EVENT_KIND } from '../../../../core/event/kinds.ts';
import {
  CAMPAIGN_GAP_MS,
  campaignPartials,
  mergePartials,
} from '../../../../core/fold/campaign-partials.ts';
import { type Campaign, campaignsOf } from '../../../../core/fold/campaigns.ts';
import { SEED } from '../round-trip.ts';
import { randomFrom } from '../samples.ts';
import { type SaidRow, said } from './flow-table.ts';

const HOUR = 3_600_000;

function finding(more: SaidRow = {}, name = 'scan-horizontal'): SaidRow {
  const behaviour = BEHAVIOURS.findIndex((known) => known.name === name);
  return {
    kind: EVENT_KIND.finding,
    behaviour,
    evidence: 30,
    service: 0,
    durationMs: 1000,
    time: HOUR,
    ...more,
  };
}

function campaigns(rows: readonly SaidRow[]): readonly Campaign[] {
  return campaignsOf(campaignPartials(said(rows).table));
}

describe('campaignsOf', () => {
  it('joins what several probes find of one network into one campaign', () => {
    const [campaign, ...others] = campaigns([
      finding({ from: '203.0.113.9', asn: 64500, service: 1 }),
      finding({
        from: '203.0.113.77',
        probe: 'oslo',
        site: 'Oslo',
        responderPort: 23,
        time: HOUR + 5000,
      }),
    ]);

    expect(others).toEqual([]);
    expect(campaign).toMatchObject({
      source: '203.0.113.0/24',
      victim: '',
      behaviour: { name: 'scan-horizontal' },
      technique: { id: 'T1595.001' },
      home: false,
      firstSeen: HOUR,
      lastSeen: HOUR + 6000,
      sources: ['203.0.113.77', '203.0.113.9'],
      sourceCount: { count: 2, exact: true },
      targets: ['198.51.100.7'],
      ports: [22, 23],
      services: ['ssh'],
      sensors: ['lyon', 'oslo'],
      sites: ['Lyon', 'Oslo'],
      countries: ['BR'],
      systems: ['AS64500 Example'],
      findings: { count: 2, exact: true },
      evidenceMost: 30,
      evidenceSum: { count: 60, exact: true },
      severity: { level: 1 },
    });
    expect(campaign?.id).toMatch(/^[0-9a-f]{16}$/);
  });

  it('counts a finding that is told again once, with the most it was told with', () => {
    const told = [100, 250, 400].map((evidence, n) =>
      finding({ evidence, durationMs: n * 60_000 }),
    );

    const [campaign] = campaigns(told);

    expect(campaign).toMatchObject({
      findings: { count: 1, exact: true },
      evidenceMost: 400,
      evidenceSum: { count: 400, exact: true },
      lastSeen: HOUR + 120_000,
    });
  });

  it('begins another campaign after a gap, and joins the two when what lies between is told', () => {
    const [first, last] = [finding(), finding({ time: 3 * HOUR, boot: 'ffeeddccbbaa9988' })];
    const between = finding({ time: 2 * HOUR, probe: 'oslo' });

    expect(campaigns([first, last])).toHaveLength(2);
    expect(campaigns([first, last, between])).toHaveLength(1);
  });

  it('keeps behaviours and networks apart', () => {
    const all = campaigns([
      finding(),
      finding({}, 'brute-force'),
      finding({ from: '203.0.112.9' }),
    ]);

    expect(all).toHaveLength(3);
  });

  it('joins a flood by its victim, since its sources are forged', () => {
    const all = campaigns([
      finding({ from: '192.0.2.1' }, 'syn-flood'),
      finding({ from: '203.0.113.5', probe: 'oslo' }, 'syn-flood'),
    ]);

    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({ source: '', victim: '198.51.100.7', sourceCount: { count: 2 } });
  });

  it('names the technique of a source at home', () => {
    const [campaign] = campaigns([finding({ direction: DIRECTION.outbound })]);

    expect(campaign).toMatchObject({
      home: true,
      technique: { id: 'T1046' },
      severity: { level: 3 },
    });
  });

  it('does not join sources that may not be told', () => {
    const untold = campaigns([finding({ from: '' }), finding({ from: '', time: HOUR + 1 })]);

    expect(untold).toHaveLength(2);
  });

  it('says at least where there is more than it keeps', () => {
    const rows = Array.from({ length: 80 }, (_, n) => finding({ from: `203.0.113.${n}` }));

    const [campaign] = campaigns(rows);

    expect(campaign).toMatchObject({
      sourceCount: { count: 32, exact: false },
      findings: { count: 64, exact: false },
      evidenceSum: { count: 64 * 30, exact: false },
    });
  });
});

describe('mergePartials', () => {
  it('comes to the same whatever the order and grouping, and however often parts are told', () => {
    const row = fc.record({
      from: fc.constantFrom('203.0.113.9', '203.0.113.10', '192.0.2.1'),
      time: fc.integer({ min: 1, max: 12 }).map((n) => n * (CAMPAIGN_GAP_MS / 3)),
      durationMs: fc.nat(CAMPAIGN_GAP_MS),
      evidence: fc.nat(100),
      probe: fc.constantFrom('lyon', 'oslo'),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), fc.nat(), (rows, seed) => {
        const random = randomFrom(seed);
        const parts = rows.map((one) => campaignPartials(said([finding(one)]).table));
        let pile = [...parts, ...parts.slice(0, 5)];
        while (pile.length > 1) {
          const [one = [], ...rest] = pile.toSorted(() => random() - 0.5);
          const [other = [], ...others] = rest;
          pile = [...others, mergePartials(one, other)];
        }

        expect(pile[0]).toEqual(campaignPartials(said(rows.map((one) => finding(one))).table));
      }),
      { seed: SEED, numRuns: 100 },
    );
  });
});
