import type { AcceptedRecord, RecordJournal } from '../journal/record-journal.ts';
import type { Meter } from '../meter.ts';
import type { EmulatorClient } from './emulator-client.ts';
import { checkPutRecords, entryBytes, type PutEntry, ShardBudget } from './kinesis-limits.ts';
import { openShards, type ShardRange, shardFor } from './shard-ranges.ts';

/** Bytes and entries of one request when records are put again after a restart. */
const AGAIN = { bytes: 4 * 1024 * 1024, entries: 500 } as const;
/** PUT payload unit. Source: https://aws.amazon.com/kinesis/data-streams/pricing/ */
const PUT_UNIT_BYTES = 25 * 1024;

/** A stream as the template declares it. */
export interface StreamDefinition {
  readonly name: string;
  readonly arn: string;
  readonly shards: number;
}

/** What became of an entry of PutRecords. */
export type PutResult =
  | { readonly ShardId: string; readonly SequenceNumber: string }
  | { readonly ErrorCode: string; readonly ErrorMessage: string };

/** The emulator fills in null where AWS leaves a member out. */
interface EmulatorResult {
  readonly ShardId?: string | null;
  readonly SequenceNumber?: string | null;
  readonly ErrorCode?: string | null;
  readonly ErrorMessage?: string | null;
}

/** What a stream is made of. */
export interface StreamParts {
  readonly client: EmulatorClient;
  readonly journal: RecordJournal;
  readonly meter: Meter;
  readonly now?: () => number;
}

/** One Kinesis stream: the emulator behind AWS's limits, with every accepted record on disk first. */
export class KinesisStream {
  readonly definition: StreamDefinition;
  readonly journal: RecordJournal;
  readonly client: EmulatorClient;
  readonly #meter: Meter;
  readonly #now: () => number;
  readonly #budgets = new Map<string, ShardBudget>();
  #ranges: readonly ShardRange[] = [];
  #accepted = 0;
  #generation = 0;
  #heldBytes = 0;
  #resharded = false;
  #held: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  readonly #puts = new Set<Promise<unknown>>();

  constructor(definition: StreamDefinition, parts: StreamParts) {
    this.definition = definition;
    this.client = parts.client;
    this.journal = parts.journal;
    this.#meter = parts.meter;
    this.#now = parts.now ?? Date.now;
  }

  /** Grows with every accepted record: a reader sees that there is something new. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Grows when the emulator was started anew: iterators of before mean nothing then. */
  get generation(): number {
    return this.#generation;
  }

  /** Creates the stream in the emulator and puts the journal's entries that are `wanted` again. */
  async open(wanted: (index: number) => boolean): Promise<number> {
    const { name, shards } = this.definition;
    this.#generation += 1;
    this.#heldBytes = 0;
    await this.client.call('CreateStream', { StreamName: name, ShardCount: shards });
    await this.#untilActive();
    await this.refreshShards();
    return this.#putAgain(wanted);
  }

  /** Whether there are other shards than the template says; a fresh emulator would not have them. */
  get resharded(): boolean {
    return this.#resharded;
  }

  /** Looks which shards are open; needed after the number of shards changed. */
  async refreshShards(): Promise<void> {
    const answer = await this.client.call('ListShards', { StreamName: this.definition.name });
    this.#ranges = openShards(answer['Shards']);
    const known = Array.isArray(answer['Shards']) ? answer['Shards'].length : 0;
    this.#resharded = known !== this.definition.shards;
  }

  /** Holds new puts back and waits for those under way; the emulator can then be replaced. */
  async hold(): Promise<void> {
    this.#held ??= withResolvers();
    while (this.#puts.size > 0) await Promise.allSettled(this.#puts);
  }

  /** Lets puts in again. */
  letGo(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  /** Bytes the emulator has been given since it was started. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Puts entries; each one that was accepted is on disk when this resolves. */
  async put(entries: readonly PutEntry[]): Promise<PutResult[]> {
    checkPutRecords(entries);
    await this.#held?.promise;
    const put = this.#put(entries);
    this.#puts.add(put);
    return put.finally(() => this.#puts.delete(put));
  }

  async #put(entries: readonly PutEntry[]): Promise<PutResult[]> {
    const results: PutResult[] = entries.map((entry) => this.#admit(entry));
    const admitted = entries.filter((_, index) => isAccepted(results[index]));
    if (admitted.length === 0) return results;
    const stored = await this.#store(admitted);
    return results.map((result) => (isAccepted(result) ? (stored.shift() ?? result) : result));
  }

  #admit(entry: PutEntry): PutResult {
    const shard = shardFor(this.#ranges, entry.partitionKey, entry.explicitHashKey) ?? '';
    const budget = this.#budgets.get(shard) ?? new ShardBudget(this.#now);
    this.#budgets.set(shard, budget);
    if (budget.take(entryBytes(entry))) return { ShardId: shard, SequenceNumber: '' };
    this.#meter.add('kinesis.throttledRecords');
    return {
      ErrorCode: 'ProvisionedThroughputExceededException',
      ErrorMessage: `Rate exceeded for shard ${shard} in stream ${this.definition.name} under account 000000000000.`,
    };
  }

  async #store(entries: readonly PutEntry[]): Promise<PutResult[]> {
    const results = await this.#toEmulator(entries);
    const arrival = this.#now();
    await Promise.all(
      entries.map((entry, index) => {
        const result = results[index];
        if (result === undefined || !isAccepted(result)) return undefined;
        return this.journal.append({
          shard: result.ShardId,
          sequence: result.SequenceNumber,
          arrival,
          ...entry,
        });
      }),
    );
    this.#count(entries, results);
    return results;
  }

  #count(entries: readonly PutEntry[], results: readonly PutResult[]): void {
    entries.forEach((entry, index) => {
      if (!isAccepted(results[index])) return;
      this.#accepted += 1;
      this.#meter.add('kinesis.records');
      this.#meter.add('kinesis.bytes', entryBytes(entry));
      this.#meter.add('kinesis.putUnits', Math.ceil(entryBytes(entry) / PUT_UNIT_BYTES));
    });
  }

  async #toEmulator(entries: readonly PutEntry[]): Promise<PutResult[]> {
    for (const entry of entries) this.#heldBytes += entryBytes(entry);
    const answer = await this.client.call('PutRecords', {
      StreamName: this.definition.name,
      Records: entries.map((entry) => ({
        Data: entry.data.toString('base64'),
        PartitionKey: entry.partitionKey,
        ExplicitHashKey: entry.explicitHashKey,
      })),
    });
    return (answer['Records'] as EmulatorResult[]).map(toResult);
  }

  async #putAgain(wanted: (index: number) => boolean): Promise<number> {
    let group: { index: number; record: AcceptedRecord }[] = [];
    let bytes = 0;
    let count = 0;
    const flush = async (): Promise<void> => {
      if (group.length === 0) return;
      const results = await this.#toEmulator(group.map(({ record }) => record));
      results.forEach((result, at) => {
        const entry = group[at];
        if (!isAccepted(result) || entry === undefined) throw new Error(JSON.stringify(result));
        const { index, record: first } = entry;
        this.journal.locateAgain(result.ShardId, result.SequenceNumber, { index, first });
      });
      count += group.length;
      group = [];
      bytes = 0;
    };
    for (let index = this.journal.first; index <= this.journal.last; index += 1) {
      const record = wanted(index) ? this.journal.read(index) : undefined;
      if (record === undefined) continue;
      if (group.length >= AGAIN.entries || bytes + entryBytes(record) > AGAIN.bytes) await flush();
      group.push({ index, record });
      bytes += entryBytes(record);
    }
    await flush();
    this.#accepted += count;
    return count;
  }

  async #untilActive(): Promise<void> {
    const { name } = this.definition;
    for (;;) {
      const answer = await this.client.call('DescribeStreamSummary', { StreamName: name });
      const summary = answer['StreamDescriptionSummary'] as { StreamStatus?: string };
      if (summary.StreamStatus === 'ACTIVE') return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((go) => {
    resolve = go;
  });
  return { promise, resolve };
}

function toResult(result: EmulatorResult): PutResult {
  const { ShardId, SequenceNumber, ErrorCode, ErrorMessage } = result;
  if (ShardId && SequenceNumber) return { ShardId, SequenceNumber };
  return { ErrorCode: ErrorCode ?? 'InternalFailure', ErrorMessage: ErrorMessage ?? '' };
}

function isAccepted(
  result: PutResult | undefined,
): result is Extract<PutResult, { ShardId: string }> {
  return result !== undefined && 'ShardId' in result;
}
