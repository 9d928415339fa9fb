import type { BatchEvents } from '../../core/batch/batch.ts';
import type { Provenance } from '../../core/event/kinds.ts';
import type { PacketHandler } from '../capture/packet.ts';
import { Meter } from '../flow/meter.ts';
import { captureTime, Sealer } from '../ship/sealer.ts';
import { Shipper } from '../ship/shipper.ts';
import type { Sink } from '../ship/sink.ts';
import { type FullPolicy, MemorySpool } from '../spool/memory-spool.ts';
import { ProbeError } from './probe-error.ts';
import { orStopped, sleep } from './sleep.ts';
import type { Status } from './status.ts';

export interface PipelineOptions {
  readonly probe: string;
  readonly boot: string;
  readonly key: Uint8Array;
  readonly provenance: Provenance;
  readonly sink: Sink;
  /** Files and simulations wait, a wire does not. */
  readonly whenFull: FullPolicy;
  readonly queueBytes: number;
  /** Batches of a file carry the capture's time, so that replaying it makes the same bytes. */
  readonly clock: 'wall' | 'capture';
  /** A source without an end keeps trying whatever the stream says, once it has worked. */
  readonly endless: boolean;
  readonly onTrouble: (message: string, failures: number) => void;
}

/** Permanent refusals in a row after which a probe gives up. */
const GIVE_UP_AFTER = 5;

/** From packets to acknowledged records: meter, sealer, spool and shipper, put together. */
export class Pipeline {
  readonly packet: PacketHandler;
  readonly #meter: Meter;
  readonly #spool: MemorySpool;
  readonly #shipper: Shipper;
  readonly #dropped: Record<string, number> = {};
  #events = 0;
  #batches = 0;
  #shipping: Promise<void> = Promise.resolve();
  #gaveUp = false;

  constructor(options: PipelineOptions) {
    const { probe, boot, key, provenance } = options;
    const createdAt = options.clock === 'wall' ? (): number => Date.now() : captureTime;
    const sealer = new Sealer({ probe, boot, key, provenance, createdAt });
    this.#spool = new MemorySpool({
      limitBytes: options.queueBytes,
      whenFull: options.whenFull,
      hollow: (batch) => sealer.hollow(batch),
      onDrop: (batch) => this.#drop('queue-full', batch.events),
    });
    this.#shipper = new Shipper({
      spool: this.#spool,
      sink: options.sink,
      backoff: { firstMs: 200, limitMs: 10_000 },
      random: Math.random,
      sleep,
      onTrouble: options.onTrouble,
      giveUpAfter: (ever) => (options.endless && ever ? Number.POSITIVE_INFINITY : GIVE_UP_AFTER),
    });
    this.#meter = new Meter({}, (events: BatchEvents) => this.#ship(sealer, events));
    this.packet = this.#meter.packet;
  }

  /** Begins to ship. `onGiveUp` is called when nothing more can be shipped. */
  start(onGiveUp: (error: unknown) => void): void {
    this.#shipping = this.#shipper.run().catch((error: unknown) => {
      this.#gaveUp = true;
      onGiveUp(error);
    });
  }

  /** Time passes without packets. */
  tick(nowMs: number): void {
    this.#meter.tick(nowMs);
  }

  /** Resolves when there is room for more batches, or when it is stopped. */
  async untilRoom(stop: AbortSignal): Promise<void> {
    while (this.#spool.full && !stop.aborted) {
      await orStopped(this.#spool.room(), stop);
    }
  }

  /** Resolves when everything was acknowledged, or when it is stopped. */
  async untilShipped(stop: AbortSignal): Promise<void> {
    while (this.#spool.length > 0 && !stop.aborted) {
      await orStopped(this.#spool.empty(), stop);
    }
  }

  /** Closes every flow; nothing may be read afterwards. */
  finish(): void {
    this.#meter.finish();
  }

  /** Ships what is left, at most this long; true when everything was acknowledged. */
  async drain(limitMs: number): Promise<boolean> {
    this.#shipper.hurry();
    const stop = new AbortController();
    if (!this.#gaveUp) {
      await Promise.race([this.#spool.empty(), this.#shipping, sleep(limitMs, stop.signal)]);
    }
    stop.abort();
    this.#shipper.stop();
    await this.#shipping;
    return this.#spool.length === 0;
  }

  /** Counts what the stream has not acknowledged as lost, and says it. */
  abandon(): ProbeError {
    const { length, events } = this.#spool;
    this.#drop('not-acknowledged', events);
    return new ProbeError(
      'failed',
      `the stream did not acknowledge ${length} batches in time: ${events} events may be lost`,
    );
  }

  status(kernelDrops: number, final: boolean): Status {
    const { packets, ip, flows, undecodable } = this.#meter.counters;
    return {
      type: 'status',
      final,
      packets,
      ip,
      flows,
      events: this.#events,
      batches: this.#batches,
      shippedBatches: this.#shipper.counters.batches,
      shippedBytes: this.#shipper.counters.bytes,
      queuedBatches: this.#spool.length,
      retries: this.#shipper.counters.retries,
      dropped: { ...this.#dropped },
      undecodable: { ...undecodable },
      kernelDrops,
    };
  }

  #ship(sealer: Sealer, events: BatchEvents): void {
    const batch = sealer.seal(events);
    this.#events += batch.events;
    this.#batches++;
    this.#spool.append(batch);
  }

  #drop(reason: string, events: number): void {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + events;
  }
}
