import { BatchLoader } from './batch-loader.ts';
import type { DiskSpoolCounters, DiskSpoolOptions } from './disk-spool-options.ts';
import { DiskTrouble } from './disk-trouble.ts';
import { type Entry, sealedOf } from './entry.ts';
import { Gate } from './gate.ts';
import { Holdings } from './holdings.ts';
import { Lanes } from './lanes.ts';
import { LedgerKeeper } from './ledger-keeper.ts';
import type { Found } from './recovery.ts';
import { Refill } from './refill.ts';
import { SegmentWriter } from './segment-writer.ts';
import { Segments } from './segments.ts';
import type { DropReason, SealedBatch, Spool, TakeLimits } from './spool.ts';

/** Batches in the spool, however small. */
const MAX_BATCHES = 200_000;

/**
 * A spool on disk. A batch is accepted when it is synced; it is then sent by this process or the next one on the same
 * folder, under its own identity. Nothing in the folder and no error of the disk stops it: while the disk refuses,
 * batches are kept in memory and sent from there, within `memoryBytes`.
 */
export class DiskSpool implements Spool {
  readonly #options: DiskSpoolOptions;
  readonly #lanes = new Lanes();
  readonly #segments = new Segments();
  readonly #writer: SegmentWriter;
  readonly #loader: BatchLoader;
  readonly #ledger: LedgerKeeper;
  readonly #refill: Refill;
  readonly #held = new Holdings();
  readonly #trouble: DiskTrouble;
  readonly #flying = new Map<SealedBatch, Entry | undefined>();
  readonly #gates = {
    filled: new Gate(),
    room: new Gate(),
    empty: new Gate(),
    accepted: new Gate(),
  };
  readonly #takeable = ({ place, attempted }: Entry): boolean =>
    place !== undefined || attempted || this.#trouble.code !== undefined;
  #worked = false;
  #duplicates = 0;
  #recovered = false;
  #recovering: Promise<void> = Promise.resolve();

  constructor(options: DiskSpoolOptions) {
    const { files, clock, random, limitBytes } = options;
    const { sleep } = clock;
    this.#options = options;
    this.#trouble = new DiskTrouble(options.memoryBytes, options.onNote);
    this.#loader = new BatchLoader(files);
    this.#refill = new Refill({
      files,
      clock,
      held: this.#held,
      lanes: this.#lanes,
      segments: this.#segments,
      onNote: options.onNote,
      onLedger: (found) => this.#ledgerRead(found),
      onMore: () => this.#openGates(),
      onTrouble: (code) => this.#troubled(code),
    });
    this.#writer = new SegmentWriter({
      files,
      sleep,
      random,
      limitBytes,
      appendedAt: ({ bornMs }) => clock.wallMs() - (clock.steadyMs() - bornMs),
      onSegment: (segment) => this.#segments.add(segment),
      onWritten: (entries) => this.#written(entries),
      onTrouble: (code) => this.#troubled(code),
    });
    this.#ledger = new LedgerKeeper({
      files,
      sleep,
      segments: this.#segments,
      nextId: () => this.#writer.nextId,
      rest: () => ({ worked: this.#worked, hollow: this.#held.hollow.toJson() }),
    });
  }

  get length(): number {
    return this.#held.count + this.#held.hollow.size;
  }

  get bytes(): number {
    return this.#held.bytes;
  }

  get events(): number {
    return this.#held.events;
  }

  get volatileEvents(): number {
    return this.#held.volatileEvents;
  }

  get full(): boolean {
    return this.fill >= 1;
  }

  get fill(): number {
    const { limitBytes, memoryBytes } = this.#options;
    return Math.max(
      (this.#segments.bytes + this.#writer.pendingBytes) / limitBytes,
      this.#writer.pendingBytes / memoryBytes,
      this.#held.count / MAX_BATCHES,
    );
  }

  get oldestMs(): number {
    let born = this.#lanes.oldest?.bornMs ?? Number.POSITIVE_INFINITY;
    for (const entry of this.#flying.values()) if (entry) born = Math.min(born, entry.bornMs);
    return born === Number.POSITIVE_INFINITY ? 0 : this.#options.clock.steadyMs() - born;
  }

  /** Why the disk does not take batches now, as a system error's code. */
  get trouble(): string | undefined {
    return this.#trouble.code;
  }

  /** The stream has acknowledged a batch of this spool, now or before this process. */
  get worked(): boolean {
    return this.#worked;
  }

  get counters(): DiskSpoolCounters {
    return { ...this.#refill.counters, duplicates: this.#duplicates };
  }

  /** Begins to read what is in the folder, and to write. */
  start(): void {
    this.#recovering = this.#recover();
  }

  append(batch: SealedBatch): boolean {
    const bornMs = this.#options.clock.steadyMs();
    const entry = this.#held.add(batch, bornMs);
    if (entry === undefined) {
      this.#duplicates++;
      return false;
    }
    this.#lanes.append(entry);
    this.#writer.append(entry);
    this.#enforce();
    if (this.#trouble.code !== undefined) this.#gates.filled.open();
    return true;
  }

  async take(limits: TakeLimits): Promise<SealedBatch[]> {
    const hollow = this.#takeHollow(limits.records >> 1);
    const records = limits.records - hollow.length;
    const entries = this.#lanes.take({ ...limits, records }, this.#takeable);
    for (const entry of entries) entry.state = 'flying';
    const { ready, later, damaged } = await this.#loader.load(entries);
    for (const entry of later) entry.state = 'waiting';
    if (later.length > 0) this.#lanes.giveBack(later);
    this.#drop(damaged, 'spool-damaged');
    const batches = ready.map(({ entry, bytes }) => {
      const batch = sealedOf(entry, bytes);
      entry.attempted = true;
      this.#flying.set(batch, entry);
      return batch;
    });
    return [...hollow, ...batches];
  }

  acknowledge(batches: readonly SealedBatch[]): void {
    if (batches.length === 0) return;
    for (const batch of batches) {
      const entry = this.#flying.get(batch);
      this.#flying.delete(batch);
      if (entry === undefined) this.#held.hollow.delete(batch);
      else this.#remove(entry);
    }
    this.#worked = true;
    this.#lanes.acknowledged();
    this.#ledger.touch();
    this.#openGates();
  }

  giveBack(batches: readonly SealedBatch[]): void {
    const entries = batches.flatMap((batch) => this.#flying.get(batch) ?? []);
    for (const batch of batches) this.#flying.delete(batch);
    for (const entry of entries) entry.state = 'waiting';
    this.#lanes.giveBack(entries);
    this.#openGates();
  }

  filled(): Promise<void> {
    return this.#gates.filled.wait(this.#isFilled);
  }

  room(): Promise<void> {
    return this.#gates.room.wait(!this.full);
  }

  accepted(): Promise<void> {
    return this.#gates.accepted.wait(this.#held.unaccepted === 0);
  }

  empty(): Promise<void> {
    return this.#gates.empty.wait(this.#recovered && this.length === 0);
  }

  async close(): Promise<void> {
    this.#refill.stop();
    await this.#recovering;
    await this.#writer.close();
    await this.#ledger.close();
  }

  get #isFilled(): boolean {
    return this.#held.hollow.size > 0 || this.#lanes.hasAny(this.#takeable);
  }

  #openGates(): void {
    if (this.#isFilled) this.#gates.filled.open();
    if (!this.full) this.#gates.room.open();
    if (this.#held.unaccepted === 0) this.#gates.accepted.open();
    if (this.#recovered && this.length === 0) this.#gates.empty.open();
  }

  #takeHollow(count: number): SealedBatch[] {
    const { hollow } = this.#options;
    if (hollow === undefined) return [];
    for (const entry of this.#flying.values()) if (entry === undefined) return [];
    const batches = this.#held.hollow.lowest(count).map(hollow);
    for (const batch of batches) this.#flying.set(batch, undefined);
    return batches;
  }

  #accept(entry: Entry): void {
    if (this.#held.accept(entry)) this.#options.onAccepted(entry);
  }

  /** The entry needs nothing any more: it was acknowledged or dropped. */
  #remove(entry: Entry): void {
    this.#accept(entry);
    this.#held.remove(entry);
    if (entry.place === undefined) this.#writer.forget(entry);
    else this.#segments.release(entry);
  }

  #written(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.state !== 'gone') {
        this.#held.written(entry);
        this.#accept(entry);
      }
    }
    this.#enforce();
    this.#openGates();
  }

  #drop(entries: readonly Entry[], reason: DropReason): void {
    if (entries.length === 0) return;
    for (const entry of entries) {
      this.#options.onDrop(reason, entry);
      this.#held.accept(entry);
      this.#remove(entry);
      if (this.#options.hollow !== undefined) this.#held.tell(entry);
    }
    this.#lanes.sweep();
    this.#ledger.touch(true);
    this.#openGates();
  }

  #enforce(): void {
    const { clock, maxAgeMs, limitBytes, memoryBytes, whenFull } = this.#options;
    this.#drop(this.#lanes.olderThan(clock.steadyMs() - maxAgeMs), 'spool-too-old');
    if (whenFull === 'wait') return;
    while (this.#segments.bytes > limitBytes || this.#held.count > MAX_BATCHES) {
      const oldest = this.#segments.oldestUnsent();
      if (oldest === undefined) break;
      this.#drop([...oldest.entries], 'spool-full');
    }
    this.#drop(this.#writer.surplus(memoryBytes), this.#trouble.dropReason);
  }

  #troubled(code: string | undefined): void {
    this.#trouble.code = code;
    this.#openGates();
  }

  async #recover(): Promise<void> {
    if (!(await this.#refill.run())) return;
    this.#recovered = true;
    this.#ledger.begin();
    this.#enforce();
    this.#openGates();
  }

  #ledgerRead({ ledger, nextId }: Found): void {
    this.#worked ||= ledger.worked;
    if (this.#options.hollow !== undefined) this.#held.hollow.addAll(ledger.hollow);
    this.#writer.begin(nextId);
  }
}
