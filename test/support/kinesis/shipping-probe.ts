import { createHash } from 'node:crypto';
import { sealBatch } from '../../../core/batch/envelope.ts';
import { PROVENANCE } from '../../../core/event/kinds.ts';
import { emptyColumns } from '../../../core/event/row-columns.ts';
import { sleep } from '../../../edge-probe/cli/sleep.ts';
import { KinesisSink } from '../../../edge-probe/ship/kinesis.ts';
import { batchSealing } from '../../../edge-probe/ship/sealing.ts';
import { Shipper } from '../../../edge-probe/ship/shipper.ts';
import { DiskSpool } from '../../../edge-probe/spool/disk-spool.ts';
import type { DiskSpoolOptions } from '../../../edge-probe/spool/disk-spool-options.ts';
import { nodeFiles } from '../../../edge-probe/spool/node-files.ts';
import type { BatchIdentity, SealedBatch } from '../../../edge-probe/spool/spool.ts';

const KEY = new Uint8Array(32).fill(9);
const NONE = { length: 0, ...emptyColumns(0), addresses: [], texts: [''] };
/** A batch of a second at a thousand flows. */
const EVENTS = 1_000;

export interface ShippingProbeOptions extends Partial<DiskSpoolOptions> {
  readonly folder: string;
  readonly endpoint: string;
  readonly probe?: string;
  readonly boot?: string;
  /** Of a sealed batch. */
  readonly batchBytes?: number;
  readonly requestTimeoutMs?: number;
  readonly backoffLimitMs?: number;
}

/** A spool on this machine's disk, a shipper and the SDK's client, fed with made-up batches. */
export class ShippingProbe {
  readonly spool: DiskSpool;
  readonly shipper: Shipper;
  readonly sink: KinesisSink;
  readonly notes: string[] = [];
  readonly troubles: string[] = [];
  /** How long the shipper waited each time, ms. */
  readonly waits: number[] = [];
  accepted = 0;
  /** Events lost, by reason. */
  readonly dropped: Record<string, number> = {};
  readonly #identity: { readonly probe: string; readonly boot: string };
  readonly #batchBytes: number;
  #sequence = 0;
  #shipping: Promise<void> = Promise.resolve();

  constructor(options: ShippingProbeOptions) {
    const {
      folder,
      endpoint,
      probe = 'p',
      boot = newBoot(folder),
      requestTimeoutMs = 20_000,
    } = options;
    this.#identity = { probe, boot };
    this.#batchBytes = options.batchBytes ?? 2_000;
    this.spool = new DiskSpool({
      files: nodeFiles(folder),
      limitBytes: 1e9,
      memoryBytes: 4e6,
      maxAgeMs: Number.POSITIVE_INFINITY,
      whenFull: 'drop-oldest',
      clock: { wallMs: Date.now, steadyMs: () => performance.now(), sleep },
      random: Math.random,
      onNote: (message) => this.notes.push(message),
      onAccepted: () => {
        this.accepted++;
      },
      onDrop: (reason, { events, accepted }) => {
        if (!accepted) this.accepted++;
        this.dropped[reason] = (this.dropped[reason] ?? 0) + events;
      },
      hollow: (batch) => this.#seal(batch, 0),
      ...options,
    });
    this.sink = new KinesisSink({ stream: 's', partitionKey: probe, endpoint, requestTimeoutMs });
    this.shipper = new Shipper({
      spool: this.spool,
      sink: this.sink,
      backoff: { firstMs: 4, limitMs: options.backoffLimitMs ?? 40 },
      random: Math.random,
      sleep: (ms, signal) => {
        this.waits.push(ms);
        return sleep(ms, signal);
      },
      nowMs: Date.now,
      onTrouble: (message) => this.troubles.push(message),
      giveUpAfter: () => Number.POSITIVE_INFINITY,
    });
  }

  start(): this {
    this.spool.start();
    this.#shipping = this.shipper.run();
    return this;
  }

  /** The next batch, and its sequence. */
  append(): number {
    const identity = { ...this.#identity, sequence: ++this.#sequence };
    this.spool.append(this.#seal(identity, EVENTS));
    return identity.sequence;
  }

  async stop(): Promise<void> {
    this.shipper.stop();
    await this.#shipping;
    await this.spool.close();
    this.sink.close();
  }

  #seal({ probe, boot, sequence }: BatchIdentity, events: number): SealedBatch {
    const identity = { probe, boot, sequence };
    const header = {
      ...identity,
      createdAt: Date.now(),
      provenance: PROVENANCE.measured,
      sampling: 1,
    };
    const sealed = sealBatch(header, NONE, batchSealing(KEY));
    // Nobody opens it: the filler stands for the payload, which ends before the signature.
    const filler = Buffer.alloc(events === 0 ? 0 : this.#batchBytes, sequence);
    const bytes = Buffer.concat([sealed.subarray(0, -32), filler, sealed.subarray(-32)]);
    return { ...identity, events, bytes };
  }
}

let made = 0;

function newBoot(folder: string): string {
  made++;
  return createHash('sha256').update(`${folder} ${made}`).digest('hex').slice(0, 16);
}
