import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { pcapFileHeader, pcapRecord } from '../../edge-probe/capture/live-pcap.ts';
import { Scenario } from '../../edge-probe/simulate/scenario.ts';
import { SITES, type Site } from '../../edge-probe/simulate/sites.ts';
import { eventually } from '../support/eventually.ts';
import type { FakeKinesis } from '../support/kinesis/fake-kinesis.ts';
import { KEY, ProbeBench } from '../support/probe-bench.ts';
import { openSealed } from '../support/sealed-events.ts';

/** Two of three kills; KILLS=200 for a night. */
const KILLS = Math.floor((Number(process.env['KILLS'] ?? 30) * 2) / 3);
const SEED = Number(process.env['SEED'] ?? 1);
const START_MS = 1_700_000_000_000;

const benches: ProbeBench[] = [];
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.close();
});

async function open(seed: number): Promise<ProbeBench> {
  const bench = await new ProbeBench(seed).open();
  benches.push(bench);
  return bench;
}

function makeCapture(path: string): void {
  const records = [pcapFileHeader(1, 65_535)];
  const scenario = new Scenario({
    site: SITES[0] as Site,
    seed: 1,
    rate: 200,
    startMs: START_MS,
    emit: (timeMs, frame) => records.push(pcapRecord(timeMs, frame)),
  });
  scenario.runUntil(START_MS + 60_000);
  writeFileSync(path, Buffer.concat(records));
}

/** What is stored, by sequence. */
function bySequence(stream: FakeKinesis): [number, string][] {
  return stream.stored
    .map(({ header, bytes }): [number, string] => [header.sequence, eventsIn(bytes)])
    .sort(([a], [b]) => a - b);
}

function eventsIn(bytes: Uint8Array): string {
  const { events } = openSealed(bytes, KEY);
  return `${events.length} from ${events.time[0]} to ${events.time.at(-1)}`;
}

describe('a replay that is killed again and again', () => {
  it('stores what an undisturbed one stores, each event once', async () => {
    const whole = await open(SEED);
    const file = join(whole.folder, 'minute.pcap');
    makeCapture(file);
    const undisturbed = whole.start('replay', file, '--speed', '20');
    expect(await undisturbed.ended, undisturbed.said).toBe(0);
    const cut = await open(SEED + 1);
    cut.disturb();

    for (let kills = 0; kills < KILLS; kills++) {
      const run = cut.start('replay', file, '--speed', '20');
      const calls = cut.stream.calls.length;
      if (kills % 2 === 0) {
        await eventually(
          () => !run.running || cut.stream.calls.length > calls,
          (begun) => begun,
          60_000,
        );
      }
      await delay(cut.random() * 700);
      expect(run.running, run.said).toBe(true);
      await run.kill();
    }
    cut.calm();
    const last = cut.start('replay', file, '--speed', 'max');
    expect(await last.ended, last.said).toBe(0);

    expect(cut.stream.sequences().size).toBe(1);
    expect(bySequence(cut.stream)).toEqual(bySequence(whole.stream));
    expect(Object.keys(cut.stream.repeated)).toEqual(['held']);
    expect(last.status?.dropped).toEqual({});
  }, 600_000);
});
