import type { KinesisStream } from '../gateway/kinesis-stream.ts';
import type { Progress } from '../journal/progress.ts';
import { PLACE } from '../template/naming.ts';
import type { SourceRecord } from './batch.ts';
import type { Lane, Source, Taken } from './source.ts';

/** A shard without news is still asked this often: it may have been closed. */
const IDLE_POLL_MS = 1000;
/** A record can be read a moment before it is on disk. */
const SETTLE_MS = 5;

interface EmulatorRecord {
  readonly SequenceNumber: string;
  readonly PartitionKey: string;
  readonly Data: string;
  readonly ApproximateArrivalTimestamp: number;
}

interface EmulatorShard {
  readonly ShardId: string;
  readonly ParentShardId?: string;
  readonly AdjacentParentShardId?: string;
}

/** A Kinesis stream as one mapping reads it. */
export class KinesisSource implements Source {
  readonly section = 'KinesisBatchInfo';
  readonly actions = [
    'kinesis:DescribeStreamSummary',
    'kinesis:GetRecords',
    'kinesis:GetShardIterator',
    'kinesis:ListShards',
  ];
  readonly #stream: KinesisStream;
  readonly #progress: Progress;
  readonly #lanes = new Map<string, KinesisLane>();

  constructor(stream: KinesisStream, progress: Progress) {
    this.#stream = stream;
    this.#progress = progress;
  }

  get arn(): string {
    return this.#stream.definition.arn;
  }

  async lanes(): Promise<readonly Lane[]> {
    const answer = await this.#stream.client.call('ListShards', {
      StreamName: this.#stream.definition.name,
    });
    for (const shard of answer['Shards'] as EmulatorShard[]) {
      const parents = [shard.ParentShardId, shard.AdjacentParentShardId];
      const waiting = parents.some(
        (id) => id !== undefined && this.#lanes.get(id)?.ended === false,
      );
      if (waiting || this.#lanes.has(shard.ShardId)) continue;
      this.#lanes.set(shard.ShardId, new KinesisLane(shard.ShardId, this.#stream, this.#progress));
    }
    return [...this.#lanes.values()].filter((lane) => !lane.ended);
  }

  isRead(through: number): boolean {
    return through >= this.#stream.journal.last;
  }
}

class KinesisLane implements Lane {
  readonly shard: string;
  ended = false;
  readonly #stream: KinesisStream;
  readonly #progress: Progress;
  #iterator: string | undefined;
  #generation = -1;
  #seen = -1;
  #polledAt = 0;
  readonly #taken = new Set<number>();

  constructor(shard: string, stream: KinesisStream, progress: Progress) {
    this.shard = shard;
    this.#stream = stream;
    this.#progress = progress;
  }

  async take(limit: number): Promise<Taken> {
    const { accepted, generation } = this.#stream;
    if (generation !== this.#generation) this.#seen = -1;
    const quiet = accepted === this.#seen && Date.now() - this.#polledAt < IDLE_POLL_MS;
    if (quiet || this.ended) return { records: [], passed: [] };
    this.#polledAt = Date.now();
    const answer = await this.#read(limit);
    const found = answer['Records'] as EmulatorRecord[];
    const next = answer['NextShardIterator'];
    this.ended = typeof next !== 'string';
    this.#iterator = typeof next === 'string' ? next : undefined;
    // A full answer means that there may be more.
    this.#seen = found.length === 0 ? accepted : -1;
    const records: SourceRecord[] = [];
    for (const record of found) {
      const index = await this.#indexOf(record);
      // A new emulator holds again what was taken from the old one and is not yet done.
      if (index === undefined || this.#progress.isDone(index) || this.#taken.has(index)) continue;
      this.#taken.add(index);
      records.push(this.#toRecord(record, index));
    }
    for (const index of this.#taken) if (this.#progress.isDone(index)) this.#taken.delete(index);
    return { records, passed: [] };
  }

  async #read(limit: number): Promise<Record<string, unknown>> {
    const { client, definition, generation } = this.#stream;
    if (this.#generation !== generation) this.#iterator = undefined;
    this.#generation = generation;
    if (this.#iterator === undefined) {
      const answer = await client.call('GetShardIterator', {
        StreamName: definition.name,
        ShardId: this.shard,
        ShardIteratorType: 'TRIM_HORIZON',
      });
      this.#iterator = String(answer['ShardIterator']);
    }
    try {
      return await client.call('GetRecords', { ShardIterator: this.#iterator, Limit: limit });
    } catch (error) {
      this.#iterator = undefined;
      throw error;
    }
  }

  /** Waits until the record is on disk; undefined when it never will be, so its sender was told of no success. */
  async #indexOf(record: EmulatorRecord): Promise<number | undefined> {
    while (this.#stream.generation === this.#generation) {
      const index = this.#stream.journal.indexOf(this.shard, record.SequenceNumber);
      if (index === 'refused') return undefined;
      if (index !== undefined) return index;
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    }
    return undefined;
  }

  #toRecord(record: EmulatorRecord, index: number): SourceRecord {
    const first = this.#stream.journal.firstArrival(index);
    const sequence = first?.sequence ?? record.SequenceNumber;
    const at = first?.arrival ?? record.ApproximateArrivalTimestamp * 1000;
    const event = {
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: record.PartitionKey,
        sequenceNumber: sequence,
        data: record.Data,
        approximateArrivalTimestamp: at / 1000,
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `${this.shard}:${sequence}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: `arn:aws:iam::${PLACE.account}:role/local`,
      awsRegion: PLACE.region,
      eventSourceARN: this.#stream.definition.arn,
    };
    return { index, sequence, at, event, bytes: record.Data.length + 600 };
  }
}
