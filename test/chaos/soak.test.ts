import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { PROVENANCE } from '../../core/event/kinds.ts';
import { Pipeline } from '../../edge-probe/cli/pipeline.ts';
import { KinesisSink } from '../../edge-probe/ship/kinesis.ts';
import { Scenario } from '../../edge-probe/simulate/scenario.ts';
import { SITES, type Site } from '../../edge-probe/simulate/sites.ts';
import { nodeFiles } from '../../edge-probe/spool/node-files.ts';
import { eventually } from '../support/eventually.ts';
import { FakeKinesis } from '../support/kinesis/fake-kinesis.ts';

/** `npm run soak` takes ten minutes. */
const SECONDS = Number(process.env['SOAK_SECONDS'] ?? 8);
/** Rounds before memory counts: caches, compiled code and pools fill up. */
const WARM_UP = 6;
/** Reliability R21 allows 1 MB in 10 minutes; garbage collection alone leaves a few MB either way. */
const GROWTH_BYTES = 6e6;
const START_MS = 1_700_000_000_000;
const UP_MS = 8_000;
const AWAY_MS = 4_000;
const LINKTYPE_ETHERNET = 1;

const kept = { ...process.env };
const folder = mkdtempSync(join(tmpdir(), 'skirmish-soak-'));
const stream = new FakeKinesis();

afterEach(async () => {
  await stream.stop();
  rmSync(folder, { recursive: true });
  process.env = { ...kept };
});

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

/** Bytes in use once everything unreachable is gone. */
function memoryBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

describe('a probe that runs for long', () => {
  it('keeps its memory and its descriptors while the stream comes and goes', async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local-probe', AWS_SECRET_ACCESS_KEY: 'x' });
    stream.keeping = false;
    await stream.start();
    const sink = new KinesisSink({ stream: 's', partitionKey: 'p', endpoint: stream.endpoint });
    const pipeline = new Pipeline({
      probe: 'p',
      boot: '0123456789abcdef',
      key: new Uint8Array(32),
      provenance: PROVENANCE.measured,
      sink,
      whenFull: 'drop-oldest',
      queueBytes: 8e6,
      disk: { files: nodeFiles(folder), limitBytes: 4e7, maxAgeMs: 3_600_000 },
      clock: 'capture',
      endless: true,
      onTrouble: () => {},
      onNote: () => {},
      meter: { maxFlows: 20_000 },
    });
    const scenario = new Scenario({
      site: SITES[0] as Site,
      seed: 3,
      rate: 600,
      startMs: START_MS,
      emit: (timeMs, frame) =>
        pipeline.packet(frame, 0, frame.length, frame.length, LINKTYPE_ETHERNET, timeMs),
    });
    pipeline.start((error) => {
      throw error;
    });
    let nowMs = START_MS;
    const memory: number[] = [];
    const descriptors: number[] = [];
    const until = Date.now() + SECONDS * 1_000;

    while (Date.now() < until || memory.length < WARM_UP + 6) {
      nowMs += UP_MS;
      scenario.runUntil(nowMs);
      await eventually(
        () => pipeline.status(0, false).queuedBatches,
        (queued) => queued === 0,
        60_000,
      );
      await stream.stop();
      nowMs += AWAY_MS;
      scenario.runUntil(nowMs);
      await eventually(
        () => pipeline.status(0, false).spool.volatileEvents,
        (events) => events === 0,
      );
      descriptors.push(openDescriptors());
      memory.push(memoryBytes());
      stream.calls.length = 0;
      await stream.start();
    }

    expect(await pipeline.drain(20_000)).toBe(true);
    sink.close();
    const { events, dropped, batches } = pipeline.status(0, true);
    const warm = memory.slice(WARM_UP);
    const half = warm.length >> 1;
    const growth = median(warm.slice(half)) - median(warm.slice(0, half));
    console.log(
      `soak: ${events} events in ${batches} batches, ${memory.length} outages, ${(growth / 1e6).toFixed(1)} MB more, descriptors ${descriptors[WARM_UP]} to ${descriptors.at(-1)}`,
    );
    expect(growth).toBeLessThan(GROWTH_BYTES);
    // A file may be open at any moment: one that stays open raises what there is at least.
    expect(Math.min(...descriptors.slice(WARM_UP))).toBeLessThanOrEqual(
      Math.max(...descriptors.slice(0, WARM_UP)),
    );
    expect(dropped).toEqual({});
    expect(stream.storedBatches).toBe(batches);
    expect(readdirSync(folder).filter((name) => name.endsWith('.seg')).length).toBeLessThanOrEqual(
      1,
    );
  }, 1_200_000);
});
