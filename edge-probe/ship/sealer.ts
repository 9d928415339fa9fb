import { type BatchEvents, UNTOLD } from '../../core/batch/batch.ts';
import { type Sealing, sealBatch } from '../../core/batch/envelope.ts';
import type { Provenance } from '../../core/event/kinds.ts';
import { emptyColumns } from '../../core/event/row-columns.ts';
import type { BatchIdentity, SealedBatch } from '../spool/spool.ts';
import { batchSealing } from './sealing.ts';

export interface SealerOptions {
  readonly probe: string;
  /** 16 lower-case hex digits. */
  readonly boot: string;
  /** The sensor's key, 32 bytes. */
  readonly key: Uint8Array;
  readonly provenance: Provenance;
  /** ms since the epoch: a clock for live sources, capture time for files, so that a replay makes the same bytes. */
  readonly createdAt: (events: BatchEvents) => number;
  /** Sequence of the boot's last batch before; 0 for a new boot. */
  readonly after?: number | undefined;
}

/** Time of the last row, by the capture's clock: the same whenever the same file is replayed. */
export function captureTime(events: BatchEvents): number {
  let last = 0;
  for (const time of events.time) if (time > last) last = time;
  return Math.floor(last);
}

/** Numbers, compresses, encrypts and signs batches. */
export class Sealer {
  readonly #options: SealerOptions;
  readonly #sealing: Sealing;
  /** Packets are 1 in so many from the next batch on. */
  sampling = 1;
  #sequence = 0;

  constructor(options: SealerOptions) {
    this.#options = options;
    this.#sealing = batchSealing(options.key);
    this.#sequence = options.after ?? 0;
  }

  /** Sequence of the last batch. */
  get sequence(): number {
    return this.#sequence;
  }

  /** The next batch. A builder's events always fit: it is full before their sealed bytes pass the wire's limit. */
  seal(events: BatchEvents): SealedBatch {
    const { probe, boot } = this.#options;
    const batch = { probe, boot, sequence: ++this.#sequence };
    return { ...batch, events: events.length, bytes: this.#bytes(batch, events, this.sampling) };
  }

  /**
   * A batch of the same identity, also one of an earlier boot, without events: it tells the log that nothing more will
   * come under this sequence.
   */
  hollow({ probe, boot, sequence }: BatchIdentity): SealedBatch {
    const batch = { probe, boot, sequence };
    return { ...batch, events: 0, bytes: this.#bytes(batch, NO_EVENTS, 1) };
  }

  #bytes(batch: BatchIdentity, events: BatchEvents, sampling: number): Uint8Array {
    const { provenance } = this.#options;
    const createdAt = this.#options.createdAt(events);
    return sealBatch({ ...batch, createdAt, provenance, sampling }, events, this.#sealing);
  }
}

const NO_EVENTS: BatchEvents = { length: 0, ...emptyColumns(0), addresses: [UNTOLD], texts: [''] };
