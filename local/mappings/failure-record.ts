import { randomUUID } from 'node:crypto';
import type { GiveUp, SourceRecord } from './batch.ts';
import type { MappingDefinition } from './definition.ts';
import type { Source } from './source.ts';

/** Records that were given up. */
export interface GivenUp {
  readonly mapping: MappingDefinition;
  readonly source: Source;
  readonly functionArn: string;
  readonly shard: string;
  readonly records: readonly SourceRecord[];
  readonly why: GiveUp;
  readonly tries: number;
  readonly at: number;
}

/** Object that Lambda puts into the bucket of an OnFailure destination: where the records were, and the records. */
export function failureRecord(given: GivenUp): { key: string; body: string } {
  const { mapping, source, records, at } = given;
  const first = records[0];
  const last = records.at(-1);
  const body = {
    requestContext: {
      requestId: randomUUID(),
      functionArn: given.functionArn,
      condition: given.why,
      approximateInvokeCount: given.tries,
    },
    responseContext: {
      statusCode: 200,
      executedVersion: '$LATEST',
      functionError: 'Unhandled',
    },
    version: '1.0',
    timestamp: new Date(at).toISOString(),
    [source.section]: {
      shardId: given.shard,
      startSequenceNumber: first?.sequence,
      endSequenceNumber: last?.sequence,
      approximateArrivalOfFirstRecord: new Date(first?.at ?? at).toISOString(),
      approximateArrivalOfLastRecord: new Date(last?.at ?? at).toISOString(),
      batchSize: records.length,
      streamArn: source.arn,
    },
    payload: JSON.stringify({ Records: records.map((record) => record.event) }),
  };
  const iso = new Date(at).toISOString();
  const day = iso.slice(0, 10);
  const time = iso.slice(11, 19).replaceAll(':', '.');
  const key = `aws/lambda/${mapping.id}/${given.shard}/${day.replaceAll('-', '/')}/${day}T${time}-${randomUUID()}`;
  return { key, body: JSON.stringify(body) };
}
