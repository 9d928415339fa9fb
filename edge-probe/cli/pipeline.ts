import { setTimeout as delay } from 'node:timers/promises';
import type { BatchEvents } from '../../core/batch/batch.ts';
import type { Provenance } from '../../core/event/kinds.ts';
import type { PacketHandler } from '../capture/packet.ts';
import { unwrapTunnels } from '../decode/tunnels.ts';
import { Meter, type MeterOptions } from '../flow/meter.ts';
import type { PayloadIdentifier, RowSink } from '../flow/ports.ts';
import { captureTime, Sealer } from '../ship/sealer.ts';
import { Shipper } from '../ship/shipper.ts';
import type { Sink } from '../ship/sink.ts';
import { DiskSpool } from '../spool/disk-spool.ts';
import type { SpoolFiles } from '../spool/files.ts';
import { MemorySpool } from '../spool/memory-spool.ts';
import type { FullPolicy, SpoolEvents } from '../spool/spool.ts';
import { ProbeError } from './probe-error.ts';
import { orStopped, sleep } from './sleep.ts';
import type { Status } from './status.ts';

export interface PipelineOptions {
  readonly probe: string;
  readonly boot: string;
  /** Sequence of the boot's last batch before; a new boot has none. */
  readonly after?: number | undefined;
  readonly key: Uint8Array;
  readonly provenance: Provenance;
  readonly sink: Sink;
  /** Files and simulations wait, a wire does not. */
  readonly whenFull: FullPolicy;
  /** Batches that are in memory only: all of them without a spool on disk. */
  readonly queueBytes: number;
  /** Where batches wait on the disk; without it they wait in memory, for sources that can be read again. */
  readonly disk?: DiskOptions | undefined;
  /** Batches of a file carry the capture's time, so that replaying it makes the same bytes. */
  readonly clock: 'wall' | 'capture';
  /** A source without an end keeps trying whatever the stream says, once it has worked. */
  readonly endless: boolean;
  readonly onTrouble: (message: string, failures: number) => void;
  /** Something about the spool that an operator should know. */
  readonly onNote: (message: string) => void;
  readonly meter?: Partial<MeterOptions> | undefined;
  /** Tunnels looked into, one within the other; none when not given. */
  readonly tunnels?: number | undefined;
}

/** A spool on disk. */
export interface DiskOptions {
  readonly files: SpoolFiles;
  readonly limitBytes: number;
  /** Older batches are dropped, ms. */
  readonly maxAgeMs: number;
}

/** How long a disk has to take the last batches of a probe that ends, ms. */
const CLOSE_MS = 5_000;

/** Permanent refusals in a row after which a probe gives up. */
const GIVE_UP_AFTER = 5;

/** From packets to acknowledged records: meter, sealer, spool and shipper, put together. */
export class Pipeline {
  readonly packet: PacketHandler;
  readonly #meter: Meter;
  readonly #sealer: Sealer;
  readonly #spool: DiskSpool | MemorySpool;
  readonly #shipper: Shipper;
  readonly #sink: Sink;
  readonly #boot: string;
  readonly #identifier: PayloadIdentifier | undefined;
  readonly #dropped: Record<string, number> = {};
  #events = 0;
  #batches = 0;
  #shipping: Promise<void> = Promise.resolve();
  #gaveUp = false;

  constructor(options: PipelineOptions) {
    const { probe, boot, after, key, provenance, sink } = options;
    const createdAt = options.clock === 'wall' ? (): number => Date.now() : captureTime;
    this.#sealer = new Sealer({ probe, boot, key, provenance, createdAt, after });
    this.#sink = sink;
    this.#boot = boot;
    this.#identifier = options.meter?.identifier;
    this.#spool = this.#makeSpool(options);
    this.#shipper = new Shipper({
      spool: this.#spool,
      sink,
      backoff: { firstMs: 200, limitMs: 10_000 },
      random: Math.random,
      sleep,
      nowMs: Date.now,
      onTrouble: options.onTrouble,
      giveUpAfter: (ever) =>
        options.endless && (ever || this.#hasWorked) ? Number.POSITIVE_INFINITY : GIVE_UP_AFTER,
    });
    this.#meter = new Meter(options.meter ?? {}, (events: BatchEvents) =>
      this.#spool.append(this.#sealer.seal(events)),
    );
    this.packet = unwrapTunnels(this.#meter.packet, options.tunnels ?? 0);
  }

  /** Where rows that are no flow's go. */
  get rows(): RowSink {
    return this.#meter.rows;
  }

  /** From now on packets are 1 in `n`: what was counted before is told in a batch of its own. */
  setSampling(n: number): void {
    if (n === this.#sealer.sampling) return;
    this.#meter.cut();
    this.#sealer.sampling = n;
  }

  /** Makes a batch of the rows so far, if there are any; the sequence of the boot's last batch. */
  cut(): number {
    this.#meter.cut();
    return this.#sealer.sequence;
  }

  /** Begins to ship. `onGiveUp` is called when nothing more can be shipped. */
  start(onGiveUp: (error: unknown) => void): void {
    if (this.#spool instanceof DiskSpool) this.#spool.start();
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

  /** Resolves when every batch cut so far survives this process, or when it is stopped. */
  untilAccepted(stop: AbortSignal): Promise<void> {
    return orStopped(this.#spool.accepted(), stop);
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
    // A disk that hangs must not keep the process: what it has not taken by then is counted as lost.
    await Promise.race([this.#spool.close(), delay(CLOSE_MS, undefined, { ref: false })]);
    return this.#spool.length === 0;
  }

  /** Counts what is lost when the process ends now; undefined when everything is on the disk for the next start. */
  abandon(): ProbeError | undefined {
    const { length, volatileEvents } = this.#spool;
    if (volatileEvents === 0 && this.#spool instanceof DiskSpool) return undefined;
    this.#drop('not-acknowledged', volatileEvents);
    return new ProbeError(
      'failed',
      `the stream did not acknowledge ${length} batches in time: ${volatileEvents} events may be lost`,
    );
  }

  status(kernelDrops: number, final: boolean): Status {
    const { packets, ip, flows, undecodable, evicted, names } = this.#meter.counters;
    const { malformedNames = 0, droppedHellos = 0 } = this.#identifier?.counters ?? {};
    const { counters } = this.#shipper;
    return {
      type: 'status',
      final,
      boot: this.#boot,
      packets,
      ip,
      flows,
      events: this.#events,
      batches: this.#batches,
      shippedBatches: counters.batches,
      shippedBytes: counters.bytes,
      queuedBatches: this.#spool.length,
      retries: counters.retries,
      dropped: { ...this.#dropped },
      undecodable: { ...undecodable },
      unfinished: someOf({
        'evicted-flow': evicted,
        'malformed-dns': names.malformed,
        'malformed-name': malformedNames,
        'dropped-hello': droppedHellos,
      }),
      kernelDrops,
      spool: spoolStatus(this.#spool),
      shipping: { ...this.#shipper.state, ...this.#sink.credentials },
    };
  }

  get #hasWorked(): boolean {
    return this.#spool instanceof DiskSpool && this.#spool.worked;
  }

  #makeSpool(options: PipelineOptions): DiskSpool | MemorySpool {
    const { whenFull, queueBytes, disk, onNote } = options;
    const events = {
      hollow: (batch) => this.#sealer.hollow(batch),
      onAccepted: (batch) => this.#accept(batch.events),
      onDrop: (reason, batch) => {
        if (!batch.accepted) this.#accept(batch.events);
        this.#drop(reason, batch.events);
      },
    } satisfies SpoolEvents;
    const steadyMs = (): number => performance.now();
    if (disk === undefined) {
      return new MemorySpool({ ...events, limitBytes: queueBytes, whenFull, nowMs: steadyMs });
    }
    return new DiskSpool({
      ...events,
      ...disk,
      whenFull,
      memoryBytes: queueBytes,
      clock: { wallMs: Date.now, steadyMs, sleep },
      random: Math.random,
      onNote,
    });
  }

  #accept(events: number): void {
    this.#events += events;
    this.#batches++;
  }

  #drop(reason: string, events: number): void {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + events;
  }
}

/** The counts that are not 0. */
function someOf(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

function spoolStatus(spool: DiskSpool | MemorySpool): Status['spool'] {
  const { fill, oldestMs, volatileEvents } = spool;
  const sums = { fill, oldestMs, volatileEvents };
  if (!(spool instanceof DiskSpool)) return { ...sums, kind: 'memory' };
  return { ...sums, ...spool.counters, kind: 'disk', trouble: spool.trouble ?? '' };
}
