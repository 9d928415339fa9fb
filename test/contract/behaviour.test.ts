import { describe, expect, it } from 'vitest';
import { CAMPAIGNS } from '../../edge-probe/simulate/campaigns.ts';
import { ObservedWorld } from '../support/observed-campaigns.ts';

const SEEDS = 6;
/** Campaigns of a busier site than the default: three times as many strikes. */
const SCALE = 3;

/** What each kind of campaign is, and how many of ten have to be found. Others are nothing that behaviour knows. */
const LABELS: Readonly<Record<string, readonly [behaviour: string, leastOfTen: number]>> = {
  'vertical-scan': ['scan-vertical', 10],
  'horizontal-scan': ['scan-horizontal', 10],
  'icmp-sweep': ['sweep', 9],
  'sip-scan': ['scan-horizontal', 9],
  reflection: ['reflection', 10],
  'ssh-brute-force': ['brute-force', 9],
  'rdp-brute-force': ['brute-force', 9],
  'smb-worm': ['brute-force', 4],
  'telnet-botnet': ['brute-force', 1],
  'redis-probe': ['brute-force', 4],
  'mysql-brute-force': ['brute-force', 4],
  'postgres-brute-force': ['brute-force', 4],
  'smtp-relay': ['brute-force', 1],
  'ftp-login': ['brute-force', 1],
  ipv6: ['brute-force', 0],
};

describe('behaviour found in the simulator’s campaigns', () => {
  it('is what they are, and nothing else', { timeout: 120_000 }, () => {
    const lines: string[] = [];
    let [right, wrong, missed] = [0, 0, 0];
    for (const kind of CAMPAIGNS) {
      const [label, leastOfTen] = LABELS[kind.name] ?? ['none', 0];
      const counts = { right: 0, wrong: 0 };
      for (let seed = 0; seed < SEEDS; seed++) {
        const observed = new ObservedWorld(seed);
        observed.begin(kind, 1_000, SCALE);
        const names = observed.runUntil(130_000).finished();
        counts.right += names.includes(label) ? 1 : 0;
        counts.wrong += names.filter((name) => name !== label).length;
      }
      right += counts.right;
      wrong += counts.wrong;
      missed += label === 'none' ? 0 : SEEDS - counts.right;
      lines.push(
        `${kind.name.padEnd(22)} ${label.padEnd(16)} found ${label === 'none' ? '-' : `${counts.right}/${SEEDS}`}, wrong ${counts.wrong}`,
      );
      expect([kind.name, counts.right >= Math.floor((leastOfTen * SEEDS) / 10)]).toEqual([
        kind.name,
        true,
      ]);
    }
    const precision = right / (right + wrong);
    const recall = right / (right + missed);
    lines.push(`precision ${precision.toFixed(2)}, recall ${recall.toFixed(2)}`);
    process.stdout.write(`${lines.join('\n')}\n`);
    expect(precision).toBeGreaterThanOrEqual(0.95);
    expect(recall).toBeGreaterThanOrEqual(0.6);
  });

  it('is nothing in ten minutes of noise and browsing', { timeout: 120_000 }, () => {
    const observed = new ObservedWorld(1);
    observed.live(600);
    expect(observed.runUntil(700_000).finished()).toEqual([]);
  });
});
