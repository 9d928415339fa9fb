import type { BatchIdentity, SealedBatch, Spool, SpoolEvents } from '../spool/spool.ts';
import type { Answer } from './frames.ts';

/** Who waits for an answer about one batch: it can come over two connections at once. */
interface Waiting {
  readonly bytes: number;
  readonly answers: ((answer: Answer) => void)[];
}

/** What a relay has taken in. */
interface IntakeCounters {
  /** Batches that came to rest in the spool, each once, and their bytes. */
  batches: number;
  bytes: number;
  /** Batches the spool gave up after it had accepted them, by reason. */
  readonly dropped: Record<string, number>;
}

/** Share of the spool up to which batches of probes come in that cannot be passed on. */
const HELD_SHARE = 0.5;

/** Puts batches into a spool and tells of each one when it has come to rest there. */
export class Intake {
  readonly counters: IntakeCounters = { batches: 0, bytes: 0, dropped: {} };
  readonly #spool: Spool;
  readonly #isHeld: (probe: string) => boolean;
  /** By the batch's identity. */
  readonly #waiting = new Map<string, Waiting>();

  /** `isHeld` tells of probes whose batches cannot be passed on. */
  constructor(
    openSpool: (events: SpoolEvents) => Spool,
    isHeld: (probe: string) => boolean = () => false,
  ) {
    this.#isHeld = isHeld;
    this.#spool = openSpool({
      onAccepted: (batch) => {
        const waiting = this.#answer(batch, 'accepted');
        if (!waiting) return;
        this.counters.batches++;
        this.counters.bytes += waiting.bytes;
      },
      onDrop: (reason, batch) => {
        if (this.#answer(batch, 'not-stored')) return;
        this.counters.dropped[reason] = (this.counters.dropped[reason] ?? 0) + 1;
      },
    });
  }

  get spool(): Spool {
    return this.#spool;
  }

  /** No more should be added before `room`. */
  get full(): boolean {
    return this.#spool.full;
  }

  room(): Promise<void> {
    return this.#spool.room();
  }

  /** Resolves with `accepted` once the batch is sure to be sent, whatever happens to this process. */
  async add(batch: SealedBatch): Promise<Answer> {
    if (this.#spool.fill >= HELD_SHARE && this.#isHeld(batch.probe)) return 'not-carried';
    return new Promise((resolve) => {
      const identity = identityOf(batch);
      const waiting = this.#waiting.get(identity);
      if (waiting) {
        waiting.answers.push(resolve);
        return;
      }
      this.#waiting.set(identity, { bytes: batch.bytes.length, answers: [resolve] });
      // One that the spool holds and nobody waits for was accepted before.
      if (!this.#spool.append(batch)) this.#answer(batch, 'accepted');
    });
  }

  #answer(batch: BatchIdentity, answer: Answer): Waiting | undefined {
    const identity = identityOf(batch);
    const waiting = this.#waiting.get(identity);
    this.#waiting.delete(identity);
    for (const resolve of waiting?.answers ?? []) resolve(answer);
    return waiting;
  }
}

function identityOf({ probe, boot, sequence }: BatchIdentity): string {
  return `${probe} ${boot} ${sequence}`;
}
