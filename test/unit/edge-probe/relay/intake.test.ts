import { describe, expect, it } from 'vitest';
import { Intake } from '../../../../edge-probe/relay/intake.ts';
import type { SealedBatch, Spool, SpoolEvents } from '../../../../edge-probe/spool/spool.ts';

function batch(sequence: number): SealedBatch {
  const identity = { probe: 'p', boot: '0123456789abcdef', sequence };
  return { ...identity, events: 0, bytes: new Uint8Array(10) };
}

/** A spool whose disk takes its time, and is never at rest. */
class BusySpool {
  readonly held = new Set<number>();
  readonly events: SpoolEvents;

  constructor(events: SpoolEvents) {
    this.events = events;
  }

  append({ sequence }: SealedBatch): boolean {
    if (this.held.has(sequence)) return false;
    this.held.add(sequence);
    return true;
  }

  accepted(): Promise<void> {
    return new Promise(() => {});
  }
}

function open(): { intake: Intake; spool: BusySpool } {
  let spool: BusySpool | undefined;
  const intake = new Intake((events) => {
    spool = new BusySpool(events);
    return spool as unknown as Spool;
  });
  return { intake, spool: spool as unknown as BusySpool };
}

describe('Intake', () => {
  it('answers at once for a batch that was accepted before, however busy the disk is', async () => {
    const { intake, spool } = open();
    const first = intake.add(batch(1));
    spool.events.onAccepted(batch(1));
    void intake.add(batch(2));

    expect(await Promise.all([first, intake.add(batch(1))])).toEqual(['accepted', 'accepted']);
    expect(intake.counters).toMatchObject({ batches: 1, bytes: 10 });
  });

  it('answers for a batch that comes twice before it is on the disk when it is there, and counts it once', async () => {
    const { intake, spool } = open();
    const both = Promise.all([intake.add(batch(1)), intake.add(batch(1))]);
    let answered = false;
    void both.then(() => {
      answered = true;
    });
    await new Promise(setImmediate);
    expect(answered).toBe(false);

    spool.events.onAccepted(batch(1));

    expect(await both).toEqual(['accepted', 'accepted']);
    expect(intake.counters).toMatchObject({ batches: 1, bytes: 10 });
  });

  it('says of a batch that the spool gave up before it had accepted it that it is not stored', async () => {
    const { intake, spool } = open();
    const answer = intake.add(batch(1));

    spool.events.onDrop('disk-full', { ...batch(1), accepted: false });
    spool.events.onDrop('spool-damaged', { ...batch(2), accepted: true });

    expect(await answer).toBe('not-stored');
    expect(intake.counters).toEqual({ batches: 0, bytes: 0, dropped: { 'spool-damaged': 1 } });
  });
});
