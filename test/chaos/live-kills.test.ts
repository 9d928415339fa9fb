import { createSocket, type Socket } from 'node:dgram';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { EVENT_KIND } from '../../core/event/kinds.ts';
import { eventually } from '../support/eventually.ts';
import type { FakeKinesis } from '../support/kinesis/fake-kinesis.ts';
import { KEY, ProbeBench } from '../support/probe-bench.ts';
import { openSealed } from '../support/sealed-events.ts';

/** One of three kills; KILLS=200 for a night. */
const KILLS = Math.ceil(Number(process.env['KILLS'] ?? 30) / 3);
const SEED = Number(process.env['SEED'] ?? 1);

const mayCapture = process.getuid?.() === 0;
if (!mayCapture) console.log('skipped: kills during live capture (capturing needs root)');

let bench: ProbeBench | undefined;
let socket: Socket | undefined;
afterEach(async () => {
  socket?.close();
  await bench?.close();
});

/** Sends datagrams, each of a flow of its own, until it is stopped. */
function sendFlows(socket: Socket): () => number {
  let sent = 0;
  const timer = setInterval(() => {
    for (let i = 0; i < 3; i++) {
      sent++;
      const to = `127.${1 + (sent >> 16)}.${(sent >> 8) & 255}.${sent & 255}`;
      socket.send('x', 9, to);
    }
  }, 5);
  return () => {
    clearInterval(timer);
    return sent;
  };
}

/** Flows of which the beginning is stored, repeated as often as it is. */
function flowsStored(stream: FakeKinesis): string[] {
  return stream.stored.flatMap(({ bytes }) => {
    const { events } = openSealed(bytes, KEY);
    const rows = [...Array(events.length).keys()];
    const begin = rows.filter((row) => {
      const kind = events.kind[row];
      return kind === EVENT_KIND.open || kind === EVENT_KIND.whole;
    });
    return begin.map((row) => String(events.addresses[events.responder[row] as number]));
  });
}

function eventsByBoot(stream: FakeKinesis): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { header, bytes } of stream.stored) {
    const { length } = openSealed(bytes, KEY).events;
    sums.set(header.boot, (sums.get(header.boot) ?? 0) + length);
  }
  return sums;
}

describe.skipIf(!mayCapture)('a live capture whose processes are killed again and again', () => {
  it('stores every event that it had accepted, once', async () => {
    bench = await new ProbeBench(SEED).open();
    const sender = createSocket('udp4');
    socket = sender;
    await new Promise<void>((resolve) => sender.bind(0, '127.0.0.1', resolve));
    const { port } = sender.address();
    const stopSending = sendFlows(sender);
    const filter = `udp and src port ${port}`;
    const command = ['capture', '-i', 'lo', '-f', filter, '--no-jail', '--behaviour', 'off'];
    bench.disturb();
    const accepted = new Map<string, number>();
    let parentKills = 0;

    let run = bench.start(...command);
    for (let kills = 0; kills < KILLS; kills++) {
      const packets = run.status?.packets ?? 0;
      await eventually(
        () => (run.running ? (run.status?.packets ?? 0) : -1),
        (now) => now > packets || now < 0,
        60_000,
      );
      expect(run.running, run.said).toBe(true);
      await delay(bench.random() * 800);
      const [child] = run.captureChildren;
      if (bench.random() < 0.4 && child !== undefined) {
        process.kill(child, 'SIGKILL');
        continue;
      }
      const { boot = '', events = 0 } = run.status ?? {};
      await run.kill();
      accepted.set(boot, events);
      parentKills++;
      run = bench.start(...command);
    }
    bench.calm();
    await eventually(
      () => run.status?.queuedBatches ?? -1,
      (queued) => queued === 0,
      60_000,
    );
    stopSending();
    expect(await run.stop(), run.said).toBe(0);
    const last = run.status;
    accepted.set(last?.boot ?? '', last?.events ?? 0);

    const flows = flowsStored(bench.stream);
    const stored = eventsByBoot(bench.stream);
    const lost = [...accepted].filter(([boot, events]) => (stored.get(boot) ?? 0) < events);
    expect(lost).toEqual([]);
    expect(flows.length).toBeGreaterThan(300);
    expect(flows.length).toBe(new Set(flows).size);
    for (const sequences of bench.stream.sequences().values()) {
      expect([...sequences].sort((a, b) => a - b)).toEqual(sequences.map((_, i) => i + 1));
    }
    expect(Object.keys(bench.stream.repeated).filter((why) => why !== 'held')).toEqual([]);
    expect(parentKills).toBeGreaterThan(0);
    expect(last?.spool.uncleanEnds).toBe(1);
    expect(stored.get(last?.boot ?? '')).toBe(last?.events);
  }, 600_000);
});
