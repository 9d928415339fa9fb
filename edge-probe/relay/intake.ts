import type { BatchIdentity, SealedBatch, Spool, SpoolEvents } from '../spool/spool.ts';
import type { Answer } from './frames.ts';

interface Waiting {
  answer(answer: Answer): void;
}

/** What a relay has taken in. */
interface IntakeCounters {
  /** Batches that came to rest in the spool, and their bytes. */
  batches: number;
  bytes: number;
  /** Batches the spool gave up after it had accepted them, by reason. */
  readonly dropped: Record<string, number>;
}

/** Puts batches into a spool and tells of each one when it has come to rest there. */
export class Intake {
  readonly counters: IntakeCounters = { batches: 0, bytes: 0, dropped: {} };
  readonly #spool: Spool;
  /** Who waits for an answer, by the batch's identity: it can come over two connections at once. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(openSpool: (events: SpoolEvents) => Spool) {
    this.#spool = openSpool({
      onAccepted: (batch) => void this.#answer(batch, 'accepted'),
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
  add(batch: SealedBatch): Promise<Answer> {
    return new Promise((resolve) => {
      const answer = (given: Answer): void => {
        if (given === 'accepted') {
          this.counters.batches++;
          this.counters.bytes += batch.bytes.length;
        }
        resolve(given);
      };
      const identity = identityOf(batch);
      const waiting: Waiting = { answer };
      this.#waiting.set(identity, [...(this.#waiting.get(identity) ?? []), waiting]);
      this.#spool.append(batch);
      // A spool says nothing of a batch that it holds already.
      void this.#spool.accepted().then(() => this.#settle(identity, waiting, 'accepted'));
    });
  }

  #answer(batch: BatchIdentity, answer: Answer): boolean {
    const identity = identityOf(batch);
    const [first] = this.#waiting.get(identity) ?? [];
    return first !== undefined && this.#settle(identity, first, answer);
  }

  #settle(identity: string, waiting: Waiting, answer: Answer): boolean {
    const all = this.#waiting.get(identity) ?? [];
    if (!all.includes(waiting)) return false;
    const rest = all.filter((other) => other !== waiting);
    if (rest.length === 0) this.#waiting.delete(identity);
    else this.#waiting.set(identity, rest);
    waiting.answer(answer);
    return true;
  }
}

function identityOf({ probe, boot, sequence }: BatchIdentity): string {
  return `${probe} ${boot} ${sequence}`;
}
