import { describe, expect, it } from 'vitest';
import { pcapFileHeader, pcapRecord } from '../../../../edge-probe/capture/live-pcap.ts';
import { CaptureReader } from '../../../../edge-probe/capture/reader.ts';
import { Meter } from '../../../../edge-probe/flow/meter.ts';
import { ATTACK_KINDS } from '../../../../edge-probe/simulate/attack.ts';
import { readAttackList } from '../../../../edge-probe/simulate/attack-list.ts';
import { AttackScenario } from '../../../../edge-probe/simulate/attack-scenario.ts';
import { SITES, type Site } from '../../../../edge-probe/simulate/sites.ts';

const START = Date.UTC(2026, 0, 1);

interface Made {
  readonly frames: readonly { readonly timeMs: number; readonly frame: Uint8Array }[];
  readonly done: boolean;
}

function play(list: string, untilMs = 3_600_000, seed = 1): Made {
  const read = readAttackList('text', list);
  if (!read.ok) throw new Error(read.problems[0]?.message);
  const frames: { timeMs: number; frame: Uint8Array }[] = [];
  const scenario = new AttackScenario({
    attacks: read.attacks,
    site: SITES[0] as Site,
    seed,
    rate: 10,
    startMs: START,
    emit: (timeMs, frame) => frames.push({ timeMs, frame }),
  });
  scenario.runUntil(START + untilMs);
  return { frames, done: scenario.nextMs === Number.POSITIVE_INFINITY };
}

describe('AttackScenario', () => {
  it('strikes as often as the list says, at its rate, from its time on', () => {
    const { frames, done } = play('2 203.0.113.9 5 syn-flood:443 x20 @5');
    const times = frames.map(({ timeMs }) => timeMs - START);

    expect(done).toBe(true);
    expect(times).toEqual(Array.from({ length: 20 }, (_, i) => 2_000 + 200 * i));
  });

  it('comes from the source and goes to the target that the list says', () => {
    const { frames } = play('0 203.0.113.9 198.51.100.5 udp-flood:53 x3');

    for (const { frame } of frames) {
      expect([...frame.subarray(26, 34)]).toEqual([203, 0, 113, 9, 198, 51, 100, 5]);
    }
    expect(frames).toHaveLength(3);
  });

  it('makes the same packets of the same seed, and others of another', () => {
    const list = '0 - - ssh x3\n1 - 11 reflection:389 x5';
    const bytes = (made: Made): string =>
      Buffer.concat(made.frames.map(({ frame }) => frame)).toString('base64');

    expect(bytes(play(list))).toBe(bytes(play(list)));
    expect(bytes(play(list, undefined, 2))).not.toBe(bytes(play(list)));
  });

  it('says that it is done only when the last packet was made', () => {
    expect(play('0 - 5 ssh x100 @1', 5_000).done).toBe(false);
  });

  it.each(ATTACK_KINDS)('makes packets of %s that the meter understands, IPv6 too', (kind) => {
    const meter = new Meter({}, () => {});
    const reader = new CaptureReader(meter.packet);
    const { frames } = play(`0 - 5 ${kind} x5\n1 2a01:4f8:10:1::9 11 ${kind} x5`);

    reader.push(pcapFileHeader(1, 65_535));
    for (const { timeMs, frame } of frames) reader.push(pcapRecord(timeMs, frame));
    meter.finish();

    expect(meter.counters.undecodable).toEqual({});
    expect(meter.counters.packets).toBe(frames.length);
    expect(frames.length).toBeGreaterThanOrEqual(10);
  });
});
