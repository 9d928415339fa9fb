import { randomUUID } from 'node:crypto';
import type { DynamoTable } from '../gateway/dynamo-table.ts';
import type { Change, ChangeJournal } from '../journal/change-journal.ts';
import type { Progress } from '../journal/progress.ts';
import { PLACE } from '../template/naming.ts';
import type { SourceRecord } from './batch.ts';
import type { Lane, Source, Taken } from './source.ts';

/** The stream of a table as one mapping reads it: one shard, in the order of the writes. */
export class TableSource implements Source {
  readonly section = 'DDBStreamBatchInfo';
  readonly actions = [
    'dynamodb:DescribeStream',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:ListStreams',
  ];
  readonly arn: string;
  readonly #changes: ChangeJournal;
  readonly #lane: Lane;

  constructor(table: DynamoTable, progress: Progress) {
    const { stream } = table.definition;
    if (stream === undefined || table.changes === undefined) {
      throw new Error(`${table.definition.name} has no stream.`);
    }
    this.arn = stream.arn;
    this.#changes = table.changes;
    this.#lane = new TableLane(table.changes, stream, progress);
  }

  lanes(): Promise<readonly Lane[]> {
    return Promise.resolve([this.#lane]);
  }

  isRead(through: number): boolean {
    return through >= this.#changes.last;
  }
}

interface StreamSetting {
  readonly arn: string;
  readonly viewType: string;
}

class TableLane implements Lane {
  readonly shard = 'shardId-00000000000000000000-00000000';
  readonly ended = false;
  readonly #changes: ChangeJournal;
  readonly #stream: StreamSetting;
  #next: number;

  constructor(changes: ChangeJournal, stream: StreamSetting, progress: Progress) {
    this.#changes = changes;
    this.#stream = stream;
    this.#next = Math.max(progress.through + 1, changes.first);
  }

  take(limit: number): Promise<Taken> {
    const records: SourceRecord[] = [];
    const passed: number[] = [];
    for (; this.#next <= this.#changes.last && records.length < limit; this.#next += 1) {
      const change = this.#changes.read(this.#next);
      if (change === undefined) passed.push(this.#next);
      else records.push(this.#toRecord(change, this.#next));
    }
    return Promise.resolve({ records, passed });
  }

  #toRecord(change: Change, index: number): SourceRecord {
    const { viewType, arn } = this.#stream;
    const sequence = `1${String(index).padStart(20, '0')}`;
    const images = {
      ...(viewType.includes('NEW') && change.newImage ? { NewImage: change.newImage } : {}),
      ...(/OLD/.test(viewType) && change.oldImage ? { OldImage: change.oldImage } : {}),
    };
    const size = JSON.stringify({ ...images, keys: change.keys }).length;
    const event = {
      eventID: randomUUID().replaceAll('-', ''),
      eventName: change.eventName,
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: PLACE.region,
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(change.at / 1000),
        Keys: change.keys,
        ...images,
        SequenceNumber: sequence,
        SizeBytes: size,
        StreamViewType: viewType,
      },
      eventSourceARN: arn,
      ...(change.expired
        ? { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } }
        : {}),
    };
    return { index, sequence, at: change.at, event, bytes: size + 500 };
  }
}
