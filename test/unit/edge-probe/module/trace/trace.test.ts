import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readHops } from '../../../../../edge-probe/module/trace/hops.ts';
import { createModule } from '../../../../../edge-probe/module/trace/module.ts';
import { TargetQueue } from '../../../../../edge-probe/module/trace/target-queue.ts';
import { eventually } from '../../../../support/eventually.ts';
import { keptRows } from '../../../../support/kept-rows.ts';
import { seededRandom } from '../../../../support/random.ts';

const TRACEROUTE = `traceroute to 203.0.113.77 (203.0.113.77), 30 hops max, 60 byte packets
 1  192.0.2.1  0.142 ms
 2  *
 3  2001:db8::7  12.7 ms !H
 4  203.0.113.77  31 ms
`;
const TRACEPATH = ` 1?: [LOCALHOST]                      pmtu 1500
 1:  192.0.2.1                                             0.540ms
 1:  192.0.2.1                                             0.640ms
 2:  no reply
 3:  198.51.100.9                                         20.115ms asymm  4
 4:  203.0.113.77                                          0.040ms reached
     Resume: pmtu 1500 hops 4 back 4
`;

describe('hops', () => {
  it('are read from what traceroute prints', () => {
    expect(readHops(TRACEROUTE)).toEqual([
      { ttl: 1, address: '192.0.2.1', roundTripMs: 0.142 },
      { ttl: 3, address: '2001:db8::7', roundTripMs: 12.7 },
      { ttl: 4, address: '203.0.113.77', roundTripMs: 31 },
    ]);
  });

  it('are read from what tracepath prints, each once', () => {
    expect(readHops(TRACEPATH)).toEqual([
      { ttl: 1, address: '192.0.2.1', roundTripMs: 0.54 },
      { ttl: 3, address: '198.51.100.9', roundTripMs: 20.115 },
      { ttl: 4, address: '203.0.113.77', roundTripMs: 0.04 },
    ]);
  });

  it('are addresses and small numbers, whatever is printed', () => {
    const random = seededRandom(2);
    for (let i = 0; i < 5_000; i++) {
      const text = [...(i % 2 ? TRACEROUTE : TRACEPATH)];
      for (let change = 0; change < 8; change++) {
        text[Math.floor(random() * text.length)] = String.fromCharCode(random() * 128);
      }
      for (const { ttl, roundTripMs } of readHops(text.join(''))) {
        expect(ttl > 0 && ttl <= 64 && roundTripMs < 1_000_000).toBe(true);
      }
    }
  });
});

describe('targets', () => {
  it('are traced again after a while, and not before', () => {
    const queue = new TargetQueue(1_000);
    queue.ask('192.0.2.1', 0);
    queue.ask('192.0.2.1', 0);
    expect([queue.take(0), queue.take(0)]).toEqual(['192.0.2.1', undefined]);
    queue.ask('192.0.2.1', 999);
    expect(queue.take(999)).toBeUndefined();
    queue.ask('192.0.2.1', 1_000);
    expect(queue.take(1_000)).toBe('192.0.2.1');
  });

  it('are refused and counted when too many wait', () => {
    const queue = new TargetQueue(1_000);
    for (let i = 0; i < 100; i++) queue.ask(`192.0.2.${i}`, 0);
    expect(queue.refused).toBe(36);
  });
});

describe('the module trace', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  function tracing(script: string, everyMs = 50) {
    const folder = mkdtempSync(join(tmpdir(), 'skirmish-trace-'));
    folders.push(folder);
    const file = join(folder, 'tracer.sh');
    writeFileSync(file, script);
    const sink = keptRows();
    const notes: string[] = [];
    const tracers = [[join(folder, 'not-there')], ['/bin/sh', file]] as const;
    const module = createModule({ tracers, everyMs, againMs: 3_600_000 });
    const start = (options?: string): Promise<void> =>
      module.start({ rows: sink, note: (message) => notes.push(message), options });
    return { module, sink, notes, start };
  }

  it('tells each hop towards each target, with the program there is', async () => {
    const { module, sink, start } = tracing('echo " 1  192.0.2.1  4.6 ms"; echo " 2  $1  9 ms"');

    await start('203.0.113.77, 203.0.113.78');
    await eventually(
      () => sink.rows.length,
      (length) => length === 4,
    );
    await module.stop();

    const hop = { kind: 'trace', initiator: '192.0.2.1', initiatorPort: 1, durationMs: 5 };
    expect(sink.rows).toMatchObject([
      { ...hop, responder: '203.0.113.77' },
      { initiator: '203.0.113.77', initiatorPort: 2, durationMs: 9 },
      { ...hop, responder: '203.0.113.78' },
      { initiator: '203.0.113.78', initiatorPort: 2, durationMs: 9 },
    ]);
    expect(module.counters()).toMatchObject({ traces: 2, hops: 4, failed: 0 });
  });

  it('says why a trace failed, and ends one that is running when it is stopped', async () => {
    const failing = tracing('echo cannot >&2; exit 1');
    await failing.start('203.0.113.77');
    await eventually(
      () => failing.notes.join(),
      (notes) => notes.includes('cannot'),
    );
    await failing.module.stop();

    const slow = tracing('exec sleep 600');
    await slow.start('203.0.113.77');
    await slow.module.stop();

    expect(slow.sink.rows).toEqual([]);
  });

  it('says once that there is no program to trace with', async () => {
    const notes: string[] = [];
    const module = createModule({ tracers: [['/not/there']], everyMs: 10, againMs: 0 });
    const note = (message: string): void => void notes.push(message);
    await module.start({ rows: keptRows(), note, options: '203.0.113.77' });
    await eventually(
      () => notes.length,
      (length) => length > 0,
    );
    await module.stop();
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain('apt-get install traceroute');
  });

  it.each([undefined, '', 'example.com', '203.0.113.77,-x'])(
    'refuses the targets %s',
    async (options) => {
      await expect(tracing('').start(options)).rejects.toThrow('--module trace=203.0.113.7');
    },
  );
});
