import { Journal } from './journal.ts';

/** A Kinesis record as it was accepted. */
export interface AcceptedRecord {
  readonly shard: string;
  /** Sequence number at first acceptance; it stays when a restart puts the record again. */
  readonly sequence: string;
  readonly partitionKey: string;
  readonly explicitHashKey?: string;
  /** When it was accepted, ms since the epoch. */
  readonly arrival: number;
  readonly data: Buffer;
}

/** When a record was first accepted, and as what. */
export type Arrival = Pick<AcceptedRecord, 'sequence' | 'arrival'>;

/**
 * Accepted records of one stream, on disk before they are acknowledged.
 *
 * Entry layout: length of the head u32 little-endian, head as JSON (all but `data`), data.
 */
export class RecordJournal {
  readonly #journal: Journal;
  /** Journal index by `shard/sequence` of the emulator's present run. */
  readonly #located = new Map<string, number>();

  readonly #again = new Map<number, Arrival>();
  /** What could not be written: it was not acknowledged, so nobody may read it. */
  readonly #refused = new Set<string>();

  constructor(directory: string) {
    this.#journal = new Journal(directory);
  }

  get first(): number {
    return this.#journal.first;
  }

  get last(): number {
    return this.#journal.last;
  }

  async append(record: AcceptedRecord): Promise<number> {
    const { data, ...head } = record;
    const headBytes = Buffer.from(JSON.stringify(head));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(headBytes.length);
    const entry = Buffer.concat([length, headBytes, data]);
    const index = await this.#journal.append(entry).catch((error: unknown) => {
      this.#refused.add(`${record.shard}/${record.sequence}`);
      throw error;
    });
    this.locate(record.shard, record.sequence, index);
    return index;
  }

  read(index: number): AcceptedRecord | undefined {
    const bytes = this.#journal.read(index);
    if (bytes === undefined) return undefined;
    const dataAt = 4 + bytes.readUInt32LE(0);
    const head = JSON.parse(bytes.toString('utf8', 4, dataAt)) as Omit<AcceptedRecord, 'data'>;
    return { ...head, data: bytes.subarray(dataAt) };
  }

  /** Says under which shard and sequence number the emulator holds an entry now. */
  locate(shard: string, sequence: string, index: number): void {
    this.#located.set(`${shard}/${sequence}`, index);
  }

  /** Says that a restart has put an entry again: readers get its first sequence number and arrival. */
  locateAgain(shard: string, sequence: string, again: { index: number; first: Arrival }): void {
    this.locate(shard, sequence, again.index);
    this.#again.set(again.index, again.first);
  }

  /** First sequence number and arrival of an entry that was put again. */
  firstArrival(index: number): Arrival | undefined {
    return this.#again.get(index);
  }

  /** Index of what the emulator holds there; undefined while it is not yet on disk. */
  indexOf(shard: string, sequence: string): number | 'refused' | undefined {
    const key = `${shard}/${sequence}`;
    return this.#refused.has(key) ? 'refused' : this.#located.get(key);
  }

  /** Entries below `index` are not needed again. */
  async releaseBelow(index: number): Promise<void> {
    for (const [key, located] of this.#located) {
      if (located >= index) break;
      this.#located.delete(key);
      this.#again.delete(located);
    }
    await this.#journal.releaseBelow(index);
  }

  close(): Promise<void> {
    return this.#journal.close();
  }
}
