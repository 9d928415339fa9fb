import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROVENANCE } from '../../../../core/event/kinds.ts';
import { Identifier } from '../../../../edge-probe/app/identifier.ts';
import { Pipeline, type PipelineOptions } from '../../../../edge-probe/cli/pipeline.ts';
import { PutError, type Sink } from '../../../../edge-probe/ship/sink.ts';
import { Scenario } from '../../../../edge-probe/simulate/scenario.ts';
import { SITES, type Site } from '../../../../edge-probe/simulate/sites.ts';
import { nodeFiles } from '../../../../edge-probe/spool/node-files.ts';
import { openSealed } from '../../../support/sealed-events.ts';

const KEY = new Uint8Array(32);
const START_MS = 1_700_000_000_000;
const LINKTYPE_ETHERNET = 1;

/** A stream that can be away, and what it has stored. */
class FakeStream implements Sink {
  readonly stored: Uint8Array[] = [];
  away = false;

  async put(records: readonly Uint8Array[]) {
    if (this.away) throw new PutError('ECONNREFUSED', false);
    this.stored.push(...records);
    return records.map(() => ({ ok: true as const }));
  }

  /** Events by sequence. */
  events(): Map<number, number> {
    const bySequence = new Map<number, number>();
    for (const bytes of this.stored) {
      const { header, events } = openSealed(bytes, KEY);
      expect(bySequence.has(header.sequence)).toBe(false);
      bySequence.set(header.sequence, events.length);
    }
    return bySequence;
  }
}

function setUp(sink: Sink, more: Partial<PipelineOptions> = {}): Pipeline {
  return new Pipeline({
    probe: 'p',
    boot: '0123456789abcdef',
    key: KEY,
    provenance: PROVENANCE.measured,
    sink,
    whenFull: 'drop-oldest',
    queueBytes: 1e6,
    clock: 'capture',
    endless: true,
    onTrouble: () => {},
    onNote: () => {},
    ...more,
  });
}

function feed(pipeline: Pipeline, seconds: number): void {
  const scenario = new Scenario({
    site: SITES[0] as Site,
    seed: 3,
    rate: 200,
    startMs: START_MS,
    emit: (timeMs, frame) =>
      pipeline.packet(frame, 0, frame.length, frame.length, LINKTYPE_ETHERNET, timeMs),
  });
  scenario.runUntil(START_MS + seconds * 1000);
}

function sum(counts: Iterable<number>): number {
  return [...counts].reduce((total, count) => total + count, 0);
}

describe('Pipeline', () => {
  it('tells how many flows a full table had to close', () => {
    const pipeline = setUp(new FakeStream(), { meter: { maxFlows: 16 } });
    feed(pipeline, 60);

    expect(pipeline.status(0, false).unfinished?.['evicted-flow']).toBeGreaterThan(0);
  });

  it('tells what its identifier gave up', () => {
    const counters = { malformedNames: 3, droppedHellos: 2 };
    const identifier = new Identifier();
    Object.defineProperty(identifier, 'counters', { value: counters });
    const pipeline = setUp(new FakeStream(), { meter: { identifier } });

    expect(pipeline.status(0, false).unfinished).toEqual({
      'malformed-name': 3,
      'dropped-hello': 2,
    });
  });

  it('stores every accepted event under sequences without holes', async () => {
    const stream = new FakeStream();
    const pipeline = setUp(stream);
    pipeline.start(() => {});

    feed(pipeline, 20);
    pipeline.finish();
    const shipped = await pipeline.drain(5_000);

    const status = pipeline.status(0, true);
    const stored = stream.events();
    expect(shipped).toBe(true);
    expect(status.packets).toBeGreaterThan(1_000);
    expect(sum(stored.values())).toBe(status.events);
    expect([...stored.keys()]).toEqual(Array.from({ length: status.batches }, (_, i) => i + 1));
  });

  it('has accepted what is stored and what is counted as dropped while the stream was away', async () => {
    const stream = new FakeStream();
    stream.away = true;
    const pipeline = setUp(stream, { queueBytes: 12_000 });
    pipeline.start(() => {});

    feed(pipeline, 30);
    stream.away = false;
    pipeline.finish();
    const shipped = await pipeline.drain(10_000);

    const { events, batches, dropped, queuedBatches } = pipeline.status(0, true);
    const stored = stream.events();
    expect([shipped, queuedBatches]).toEqual([true, 0]);
    expect(dropped['queue-full']).toBeGreaterThan(0);
    expect(events).toBe(sum(stored.values()) + sum(Object.values(dropped)));
    expect([...stored.keys()].sort((a, b) => a - b)).toEqual(
      Array.from({ length: batches }, (_, i) => i + 1),
    );
  });

  it('counts as lost what a stream that stays away has not acknowledged at the end', async () => {
    const stream = new FakeStream();
    stream.away = true;
    const pipeline = setUp(stream);
    pipeline.start(() => {});

    feed(pipeline, 5);
    pipeline.finish();
    const shipped = await pipeline.drain(1);
    const error = pipeline.abandon();

    const { events, dropped } = pipeline.status(0, true);
    expect(shipped).toBe(false);
    expect(dropped).toEqual({ 'not-acknowledged': events });
    expect(error?.message).toContain(`${events} events may be lost`);
  });

  it('leaves on the disk what the stream has not acknowledged, for the next start', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pipeline-'));
    const disk = { files: nodeFiles(folder), limitBytes: 1e7, maxAgeMs: 1e9 };
    const stream = new FakeStream();
    stream.away = true;
    const first = setUp(stream, { disk });
    first.start(() => {});
    feed(first, 5);
    first.finish();
    await first.untilAccepted(new AbortController().signal);
    const shipped = await first.drain(1);
    const error = first.abandon();
    const notes: string[] = [];
    stream.away = false;

    const next = setUp(stream, {
      disk,
      boot: 'fedcba9876543210',
      onNote: (note) => notes.push(note),
    });
    next.start(() => {});
    const drained = await next.drain(20_000);

    const { events, batches, dropped, spool } = first.status(0, true);
    expect([shipped, drained, error, dropped]).toEqual([false, true, undefined, {}]);
    expect(spool).toMatchObject({ kind: 'disk', volatileEvents: 0, trouble: '' });
    expect(sum(stream.events().values())).toBe(events);
    expect(notes).toEqual([
      `spool: ${batches} batches with ${events} events of an earlier run are sent now`,
    ]);
    rmSync(folder, { recursive: true });
  });

  it('says in each batch how packets were sampled while it was made', async () => {
    const stream = new FakeStream();
    const pipeline = setUp(stream);
    pipeline.start(() => {});

    feed(pipeline, 2);
    pipeline.setSampling(8);
    feed(pipeline, 2);
    pipeline.setSampling(1);
    feed(pipeline, 2);
    pipeline.finish();
    await pipeline.drain(5_000);

    const sampling = stream.stored.map((bytes) => openSealed(bytes, KEY).header.sampling);
    expect([...new Set(sampling)]).toEqual([1, 8]);
    expect([sampling[0], sampling.at(-1)]).toEqual([1, 1]);
  });

  it('makes the same bytes of the same packets', async () => {
    const made: string[] = [];
    for (let i = 0; i < 2; i++) {
      const stream = new FakeStream();
      const pipeline = setUp(stream, { whenFull: 'wait' });
      pipeline.start(() => {});
      feed(pipeline, 20);
      pipeline.finish();
      await pipeline.drain(5_000);
      made.push(Buffer.concat(stream.stored).toString('base64'));
    }

    expect(made[1]).toBe(made[0]);
  });
});
