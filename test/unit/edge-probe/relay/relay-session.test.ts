import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RelayCounters } from '../../../../edge-probe/relay/counters.ts';
import {
  ANSWERS,
  encodeFrame,
  encodeHello,
  FRAME,
  FrameReader,
  GOODBYES,
} from '../../../../edge-probe/relay/frames.ts';
import { Intake } from '../../../../edge-probe/relay/intake.ts';
import { RelaySession } from '../../../../edge-probe/relay/relay-session.ts';
import type { SealedBatch, Spool, SpoolEvents } from '../../../../edge-probe/spool/spool.ts';
import { flows, header, seal } from '../../lambdas/batches.ts';

/** A spool that comes to rest when the test says so. */
class HeldSpool {
  readonly batches: SealedBatch[] = [];
  full = false;
  readonly #events: SpoolEvents;

  constructor(events: SpoolEvents) {
    this.#events = events;
  }

  append(batch: SealedBatch): boolean {
    this.batches.push(batch);
    return true;
  }

  accept(at: number): void {
    this.#events.onAccepted(this.batches[at] as SealedBatch);
  }

  drop(at: number): void {
    this.#events.onDrop('disk-full', { ...(this.batches[at] as SealedBatch), accepted: false });
  }

  room(): Promise<void> {
    return new Promise(() => {});
  }
}

/** A session of `frankfurt` on a socket that is none; `told` is what it wrote. */
function open() {
  const told: string[] = [];
  const reader = new FrameReader(({ type, body }) => {
    if (type === FRAME.answers) told.push([...body].map((index) => ANSWERS[index]).join());
    else if (type === FRAME.goodbye) told.push(`goodbye ${GOODBYES[body[0] as number]}`);
    else told.push(type === FRAME.hello ? 'hello' : `type ${type}`);
  });
  const socket = new Duplex({
    read: () => {},
    write: (chunk, _encoding, done) => {
      reader.push(chunk);
      done();
    },
  });
  let held: HeldSpool | undefined;
  const intake = new Intake((events) => {
    held = new HeldSpool(events);
    return held as unknown as Spool;
  });
  const clock = { ms: 0 };
  const counters = new RelayCounters();
  const session = new RelaySession(socket, {
    probe: 'frankfurt',
    key: { key: new Uint8Array(32), carries: new Set() },
    intake,
    counters,
    window: { batches: 4, bytes: 10_000 },
    times: { silenceMs: 1_000, aliveMs: 300, lingerMs: 100 },
    nowMs: () => clock.ms,
  });
  const send = (...chunks: readonly Uint8Array[]): void => {
    for (const chunk of chunks) socket.emit('data', chunk);
  };
  return {
    session,
    socket,
    told,
    send,
    spool: held as unknown as HeldSpool,
    clock,
    counters,
    intake,
  };
}

const batch = (sequence: number): Uint8Array =>
  encodeFrame(FRAME.batch, seal(header(sequence), flows(sequence, 1)));
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('RelaySession', () => {
  it('answers a batch when it has come to rest, in the order they came', async () => {
    const { send, told, spool, intake } = open();
    send(encodeHello(), batch(1), batch(2), encodeFrame(FRAME.batch, Uint8Array.of(1)), batch(3));
    await settled();
    expect(told).toEqual(['hello']);

    spool.accept(1);
    await settled();
    expect(told).toEqual(['hello']);
    spool.accept(0);
    await settled();
    spool.drop(2);
    await settled();

    expect(told).toEqual(['hello', 'accepted,accepted,bad-batch', 'not-stored']);
    expect(intake.counters).toMatchObject({ batches: 2, dropped: {} });
  });

  it('counts what its spool gave up later as lost', async () => {
    const { send, spool, intake } = open();
    send(encodeHello(), batch(1));
    spool.accept(0);

    spool.drop(0);

    expect(intake.counters.dropped).toEqual({ 'disk-full': 1 });
  });

  it('says goodbye to who is silent, says that it lives, and ends at last', async () => {
    const { session, told, clock, socket, send } = open();
    send(encodeHello());
    for (const ms of [301, 900, 1_001, 1_200]) {
      clock.ms = ms;
      session.tick();
    }
    await settled();

    expect(told).toEqual(['hello', 'type 4', 'type 4', 'goodbye silent']);
    expect(socket.destroyed).toBe(true);
  });

  it('answers what it holds before it stops', async () => {
    const { session, send, told, spool } = open();
    send(encodeHello(), batch(1));
    session.stop();
    expect(told).toEqual(['hello']);

    spool.accept(0);
    await settled();

    expect(told).toEqual(['hello', 'accepted', 'goodbye stopping']);
  });

  it('never throws, answers no more than it was sent, and says one goodbye at most', async () => {
    const frame = fc.oneof(
      fc.constant(encodeHello()),
      fc.integer({ min: 1, max: 9 }).map(batch),
      fc.tuple(fc.nat(7), fc.uint8Array({ maxLength: 80 })).map(([t, b]) => encodeFrame(t, b)),
      fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat(), fc.nat(255)).map(([n, at, value]) => {
        const spoiled = batch(n);
        spoiled[at % spoiled.length] = value;
        return spoiled;
      }),
      fc.uint8Array({ maxLength: 20 }),
    );
    const input = fc.tuple(fc.boolean(), fc.array(frame, { maxLength: 12 }), fc.nat(60));
    await fc.assert(
      fc.asyncProperty(input, async ([greets, frames, cut]) => {
        const { send, told, spool } = open();
        const bytes = Buffer.concat(greets ? [encodeHello(), ...frames] : frames);
        for (let at = 0; at < bytes.length; at += cut + 1) send(bytes.subarray(at, at + cut + 1));
        for (let i = 0; i < spool.batches.length; i++) spool.accept(i);
        await settled();
        const answers = told
          .filter((text) => /^(accepted|bad|not)/.test(text))
          .join()
          .split(',');
        expect(answers.length).toBeLessThanOrEqual(frames.length + 1);
        expect(told.filter((text) => text.startsWith('goodbye')).length).toBeLessThan(2);
      }),
      { numRuns: 1_000 },
    );
  });
});
