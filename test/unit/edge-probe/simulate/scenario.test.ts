import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Scenario } from '../../../../edge-probe/simulate/scenario.ts';
import { SITES, type Site } from '../../../../edge-probe/simulate/sites.ts';

const SITE = SITES[0] as Site;

interface Made {
  readonly frames: Uint8Array[];
  readonly times: number[];
}

function make(seconds: number, more: { seed?: number; site?: Site; rate?: number } = {}): Made {
  const made: Made = { frames: [], times: [] };
  const scenario = new Scenario({
    site: SITE,
    seed: 1,
    rate: 200,
    startMs: 1_000_000,
    emit: (timeMs, frame) => {
      made.frames.push(frame);
      made.times.push(timeMs);
    },
    ...more,
  });
  for (let at = 0; at < seconds * 1000; at += 50) scenario.runUntil(1_000_000 + at + 50);
  return made;
}

function digest({ frames, times }: Made): string {
  const hash = createHash('sha256').update(times.join());
  for (const frame of frames) hash.update(frame);
  return hash.digest('hex');
}

function ipv4(frame: Uint8Array, at: number): string {
  return frame.subarray(at, at + 4).join('.');
}

describe('Scenario', () => {
  it('makes the same packets from the same seed, others from another seed or site', () => {
    const digests = [
      digest(make(5)),
      digest(make(5)),
      digest(make(5, { seed: 2 })),
      digest(make(5, { site: SITES[1] as Site })),
    ];

    expect(digests[1]).toBe(digests[0]);
    expect(new Set(digests).size).toBe(3);
  });

  it('emits packets in order of time, from the first second on', () => {
    const { times } = make(10);

    expect(times.every((time, i) => i === 0 || time >= (times[i - 1] ?? 0))).toBe(true);
    expect(times.filter((time) => time < 1_001_000).length).toBeGreaterThan(20);
  });

  it.each([100, 200, 400])('holds a rate of %i packets a second over a minute', (rate) => {
    const perSecond = make(60, { rate }).frames.length / 60;

    expect(perSecond).toBeGreaterThan(rate * 0.7);
    expect(perSecond).toBeLessThan(rate * 1.7);
  });

  it('always has the home network at one end and the world at the other', () => {
    const { frames } = make(30);
    const home = /^198\.51\.100\.([0-9]|[1-5][0-9]|6[0-3])$/;
    const ends = frames
      .filter((frame) => frame[12] === 0x08)
      .map((frame) => [ipv4(frame, 26), ipv4(frame, 30)]);

    expect(ends.length).toBeGreaterThan(1_000);
    for (const [from = '', to = ''] of ends) {
      expect([from, to].filter((address) => home.test(address))).toHaveLength(1);
    }
  });

  it('has many attackers, many services, TCP, UDP, ICMP and IPv6', () => {
    const { frames } = make(120);
    const v4 = frames.filter((frame) => frame[12] === 0x08);
    const syns = v4.filter((frame) => frame[23] === 6 && frame[47] === 2);
    const ports = new Set(syns.map((frame) => ((frame[36] ?? 0) << 8) | (frame[37] ?? 0)));

    expect(new Set(v4.map((frame) => ipv4(frame, 26))).size).toBeGreaterThan(300);
    for (const port of [22, 23, 80, 443, 445, 3389]) expect(ports).toContain(port);
    expect(new Set(v4.map((frame) => frame[23]))).toEqual(new Set([1, 6, 17]));
    expect(frames.some((frame) => frame[12] === 0x86 && frame[13] === 0xdd)).toBe(true);
  });
});
