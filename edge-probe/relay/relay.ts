import { sleep } from '../cli/sleep.ts';
import { Shipper } from '../ship/shipper.ts';
import type { Sink } from '../ship/sink.ts';
import type { Spool, SpoolEvents } from '../spool/spool.ts';
import { Intake } from './intake.ts';
import { KeyDirectory } from './key-directory.ts';
import { type RelayLimits, RelayServer } from './relay-server.ts';

export interface RelayOptions {
  /** The directory of the relay keys, one file ID.key for each probe. */
  readonly keys: string;
  readonly openSpool: (events: SpoolEvents) => Spool;
  /** The stream, or the next relay. */
  readonly sink: Sink;
  readonly limits: RelayLimits;
  readonly note: (message: string) => void;
  readonly onTrouble: (message: string, failures: number) => void;
}

/** How far a relay is. Sums since its start. */
export interface RelayStatus {
  readonly type: 'relay-status';
  readonly final: boolean;
  /** Probes that may come in. */
  readonly keys: number;
  /** Key files that cannot be used. */
  readonly unusableKeys: number;
  /** Connections that are let in at the moment. */
  readonly open: number;
  /** Connections that were let in. */
  readonly connections: number;
  /** Batches on disk, and their bytes. */
  readonly batches: number;
  readonly bytes: number;
  /** Batches that the stream or the next relay has acknowledged, and their bytes. */
  readonly shippedBatches: number;
  readonly shippedBytes: number;
  readonly queuedBatches: number;
  readonly queuedBytes: number;
  /** Records sent again. */
  readonly retries: number;
  /** Connections and batches turned away, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Batches lost after they were accepted, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** Takes batches from probes onto its disk and sends them on, without being able to read or make any. */
export class Relay {
  readonly #keys: KeyDirectory;
  readonly #intake: Intake;
  readonly #server: RelayServer;
  readonly #shipper: Shipper;
  #shipping: Promise<void> = Promise.resolve();

  constructor(options: RelayOptions) {
    this.#keys = new KeyDirectory(options.keys, options.note);
    this.#intake = new Intake(options.openSpool, (probe) => this.#shipper.holds(probe));
    const nowMs = (): number => performance.now();
    const { limits } = options;
    this.#server = new RelayServer({ keys: this.#keys, intake: this.#intake, limits, nowMs });
    this.#shipper = new Shipper({
      spool: this.#intake.spool,
      sink: options.sink,
      backoff: { firstMs: 200, limitMs: 10_000 },
      random: Math.random,
      sleep,
      nowMs: Date.now,
      onTrouble: options.onTrouble,
      giveUpAfter: () => Number.POSITIVE_INFINITY,
    });
  }

  /** Resolves with the port it listens at; `onBroken` is called should shipping end by a fault of its own. Rejects when it cannot listen. */
  async start(host: string, port: number, onBroken: (error: unknown) => void): Promise<number> {
    const listening = await this.#server.start(host, port).catch(async (error: unknown) => {
      await this.#intake.spool.close();
      throw error;
    });
    this.#shipping = this.#shipper.run().catch(onBroken);
    return listening;
  }

  /** Takes nothing more, and sends on for `drainMs` at most; what is left is sent after the next start. */
  async stop(drainMs: number): Promise<void> {
    const { spool } = this.#intake;
    await this.#server.stop(drainMs);
    this.#shipper.hurry();
    const late = new AbortController();
    await Promise.race([spool.empty(), this.#shipping, sleep(drainMs, late.signal)]);
    late.abort();
    this.#shipper.stop();
    await this.#shipping;
    await spool.close();
  }

  status(final: boolean): RelayStatus {
    const { counters, spool } = this.#intake;
    const shipped = this.#shipper.counters;
    return {
      type: 'relay-status',
      final,
      keys: this.#keys.size,
      unusableKeys: this.#keys.unusable,
      open: this.#server.open,
      connections: this.#server.counters.connections,
      batches: counters.batches,
      bytes: counters.bytes,
      shippedBatches: shipped.batches,
      shippedBytes: shipped.bytes,
      queuedBatches: spool.length,
      queuedBytes: spool.bytes,
      retries: shipped.retries,
      refused: { ...this.#server.counters.refused },
      dropped: { ...counters.dropped },
    };
  }
}
