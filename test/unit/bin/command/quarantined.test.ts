import { describe, expect, it } from 'vitest';
import {
  chosen,
  GIVEN_UP,
  parseSince,
  type Quarantined,
  quarantinedOf,
  summaryLines,
} from '../../../../bin/command/quarantined.ts';
import { setAsideKey } from '../../../../core/batch/set-aside.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const HOUR_MS = 3_600_000;

function refused(reason: string, probe: string, hoursAgo: number, size = 2_000): Quarantined {
  const arrivedAt = NOW - hoursAgo * HOUR_MS;
  const key = setAsideKey({ reason, probe, arrivedAt, digest: 'ab12' });
  const one = quarantinedOf(key, size, NOW);
  if (one === undefined) throw new Error(key);
  return one;
}

function givenUp(hoursAgo: number): Quarantined {
  const one = quarantinedOf('aws/lambda/m/s/x', 9_000, NOW - hoursAgo * HOUR_MS);
  if (one === undefined) throw new Error('not given up');
  return one;
}

const ALL = [
  refused('unknown-probe', 'athens', 1),
  refused('unknown-probe', 'athens', 30),
  refused('bad-signature', 'oslo', 2),
  refused('not-a-batch', '', 3),
  givenUp(5),
];
const reasonsOf = (all: readonly Quarantined[]): string[] => all.map(({ reason }) => reason);

describe('chosen', () => {
  it('takes all, the oldest first', () => {
    expect(chosen(ALL, {}).map(({ at }) => (NOW - at) / HOUR_MS)).toEqual([30, 5, 3, 2, 1]);
  });

  it('takes those of some reasons, probes or times', () => {
    expect(reasonsOf(chosen(ALL, { reasons: ['bad-signature', GIVEN_UP] }))).toEqual([
      GIVEN_UP,
      'bad-signature',
    ]);
    expect(chosen(ALL, { since: NOW - 4 * HOUR_MS })).toHaveLength(3);
  });

  it('keeps what was given up when probes are chosen, as only its content tells whose it is', () => {
    expect(reasonsOf(chosen(ALL, { probes: ['oslo'] }))).toEqual([GIVEN_UP, 'bad-signature']);
  });

  it('knows no other objects', () => {
    expect(quarantinedOf('quarantine/readme.txt', 1, NOW)).toBeUndefined();
  });
});

describe('summaryLines', () => {
  it('tells reason, probe, number, size, first, last and age', () => {
    const [line] = summaryLines(ALL, NOW);
    expect(line?.replace(/ +/g, ' ')).toBe(
      'unknown-probe athens 2 × 4 KB first 2026-11-20T06:00:00Z, last 2026-11-21T11:00:00Z (60 min ago)',
    );
    expect(summaryLines(ALL, NOW)).toHaveLength(4);
  });
});

describe('parseSince', () => {
  it.each([
    ['90m', NOW - 1.5 * HOUR_MS],
    ['24h', NOW - 24 * HOUR_MS],
    ['7d', NOW - 168 * HOUR_MS],
    ['2026-11-20T00:00:00Z', Date.UTC(2026, 10, 20)],
  ])('reads %s', (text, at) => {
    expect(parseSince(text, NOW)).toBe(at);
  });

  it.each(['', 'yesterday', '7', '7w', '2026-99-99'])('does not read %j', (text) => {
    expect(parseSince(text, NOW)).toBeUndefined();
  });
});
