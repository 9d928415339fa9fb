import type { BatchEvents } from '../../core/batch/batch.ts';
import { type Sealing, sealBatch } from '../../core/batch/envelope.ts';
import type { Provenance } from '../../core/event/kinds.ts';
import type { SealedBatch } from '../spool/spool.ts';
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
  #sequence = 0;

  constructor(options: SealerOptions) {
    this.#options = options;
    this.#sealing = batchSealing(options.key);
  }

  /** The next batch. A builder's events always fit: it is full before their sealed bytes pass the wire's limit. */
  seal(events: BatchEvents): SealedBatch {
    const sequence = ++this.#sequence;
    const bytes = this.#bytes(sequence, events, this.#options.createdAt(events));
    return { sequence, events: events.length, bytes };
  }

  /** A batch of the same identity without events: it tells the log that nothing more will come under this sequence. */
  hollow(batch: SealedBatch): SealedBatch {
    const bytes = this.#bytes(batch.sequence, NO_EVENTS, this.#options.createdAt(NO_EVENTS));
    return { sequence: batch.sequence, events: 0, bytes };
  }

  #bytes(sequence: number, events: BatchEvents, createdAt: number): Uint8Array {
    const { probe, boot, provenance } = this.#options;
    const header = { probe, boot, sequence, createdAt, provenance, sampling: 1 };
    return sealBatch(header, events, this.#sealing);
  }
}

const NO_EVENTS: BatchEvents = {
  length: 0,
  kind: new Uint8Array(0),
  time: new Float64Array(0),
  durationMs: new Uint32Array(0),
  flow: new Uint32Array(0),
  initiator: new Uint32Array(0),
  responder: new Uint32Array(0),
  initiatorPort: new Uint16Array(0),
  responderPort: new Uint16Array(0),
  protocol: new Uint8Array(0),
  packetsOut: new Uint32Array(0),
  packetsIn: new Uint32Array(0),
  bytesOut: new Float64Array(0),
  bytesIn: new Float64Array(0),
  flagsOut: new Uint8Array(0),
  flagsIn: new Uint8Array(0),
  state: new Uint8Array(0),
  text: new Uint32Array(0),
  addresses: [],
  texts: [''],
};
