import { DiskSpool } from '../../../edge-probe/spool/disk-spool.ts';
import type { DiskSpoolOptions } from '../../../edge-probe/spool/disk-spool-options.ts';
import type { BatchIdentity, SealedBatch } from '../../../edge-probe/spool/spool.ts';
import { FakeClock, settled } from './fake-clock.ts';
import { FakeDisk } from './fake-disk.ts';

const CALL = { records: 20, bytes: 20_000 };

/** A machine with a spool that power loss can hit, and what must be so of its batches. */
export class SpoolMachine {
  readonly disk = new FakeDisk();
  readonly clock = new FakeClock();
  readonly notes: string[] = [];
  /** Every batch ever appended, by its identity. */
  readonly appended = new Map<string, Uint8Array>();
  readonly accepted = new Set<string>();
  readonly dropped = new Map<string, string>();
  /** What the stream has acknowledged. */
  readonly stored = new Set<string>();
  /** What came out of the spool and was never put in. */
  readonly invented: string[] = [];
  spool: DiskSpool;
  readonly #random: () => number;
  readonly #options: Partial<DiskSpoolOptions>;
  #boot = 0;
  #sequence = 0;

  constructor(random: () => number, options: Partial<DiskSpoolOptions> = {}) {
    this.#random = random;
    this.#options = options;
    this.spool = this.start();
  }

  /** A new process on the same folder. */
  start(): DiskSpool {
    this.#boot++;
    this.#sequence = 0;
    this.spool = new DiskSpool({
      files: this.disk.files(),
      limitBytes: 1e6,
      memoryBytes: 1e5,
      maxAgeMs: Number.POSITIVE_INFINITY,
      whenFull: 'drop-oldest',
      clock: this.clock,
      random: () => 0.5,
      onNote: (message) => this.notes.push(message),
      onAccepted: (batch) => this.accepted.add(identityOf(batch)),
      onDrop: (reason, batch) => this.dropped.set(identityOf(batch), reason),
      hollow: ({ probe, boot, sequence }) => ({
        ...{ probe, boot, sequence },
        events: 0,
        bytes: new Uint8Array(0),
      }),
      ...this.#options,
    });
    this.spool.start();
    return this.spool;
  }

  /** The power goes, and comes back. */
  crash(): void {
    this.disk.crash(this.#random);
    this.clock.reset();
    this.start();
  }

  append(size = 20 + Math.floor(this.#random() * 1_400)): SealedBatch {
    const bytes = new Uint8Array(size).map(() => Math.floor(this.#random() * 256));
    const boot = this.#boot.toString(16).padStart(16, '0');
    const batch = { probe: 'p', boot, sequence: ++this.#sequence, events: 3, bytes };
    this.appended.set(identityOf(batch), bytes);
    this.spool.append(batch);
    return batch;
  }

  /** Lets the disk do this many calls. */
  async steps(count: number): Promise<void> {
    await settled();
    for (let i = 0; i < count && this.disk.step(); i++) await settled();
  }

  /** Lets the disk and the clock go on until nothing waits. */
  async rest(): Promise<void> {
    for (let i = 0; i < 8; i++) {
      await this.steps(Number.POSITIVE_INFINITY);
      this.clock.pass(3_000);
    }
    await this.steps(Number.POSITIVE_INFINITY);
  }

  /** One call to the stream, which acknowledges each record with this probability. */
  async ship(acknowledged: number): Promise<readonly SealedBatch[]> {
    let taken: SealedBatch[] | undefined;
    void this.spool.take(CALL).then((batches) => {
      taken = batches;
    });
    await settled();
    while (taken === undefined && this.disk.step()) await settled();
    const batches = taken ?? [];
    for (const batch of batches) this.#check(batch);
    const stored = batches.filter(() => this.#random() < acknowledged);
    for (const batch of stored) if (batch.events > 0) this.stored.add(identityOf(batch));
    this.spool.acknowledge(stored);
    this.spool.giveBack(batches.filter((batch) => !stored.includes(batch)));
    return batches;
  }

  /** Ships until nothing is left. */
  async shipAll(): Promise<SealedBatch[]> {
    const all: SealedBatch[] = [];
    await this.rest();
    while (this.spool.length > 0) {
      const batches = await this.ship(1);
      all.push(...batches);
      if (batches.length === 0) throw new Error(`${this.spool.length} batches do not come out`);
    }
    await this.rest();
    return all;
  }

  /** Accepted batches that were neither sent nor counted as dropped. */
  lost(): string[] {
    return [...this.accepted].filter((id) => !this.stored.has(id) && !this.dropped.has(id));
  }

  #check(batch: SealedBatch): void {
    const id = identityOf(batch);
    const expected = batch.events === 0 ? EMPTY : this.appended.get(id);
    const hollowOfNone = batch.events === 0 && !this.dropped.has(id);
    if (expected && !hollowOfNone && Buffer.from(expected).equals(batch.bytes)) return;
    this.invented.push(id);
  }
}

const EMPTY = new Uint8Array(0);

/** A batch's identity as text. */
export function identityOf({ probe, boot, sequence }: BatchIdentity): string {
  return `${probe}/${boot}/${sequence}`;
}
