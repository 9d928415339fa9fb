import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import type { SegmentPart } from '../../core/frame/messages.ts';
import { partOfImage } from '../segment-image.ts';
import type { NewSegments } from './rollup.ts';

/** The segments that stream records tell of, by log. */
export function segmentsOf(records: readonly DynamoDBRecord[]): readonly NewSegments[] {
  const logs = new Map<string, { operator: SegmentPart[]; public: SegmentPart[] }>();
  for (const record of records) {
    const operator = partOfImage(record, 'operator');
    const told = partOfImage(record, 'public');
    if (operator === undefined || told === undefined) continue;
    const parts = logs.get(operator.shard) ?? { operator: [], public: [] };
    parts.operator.push(operator);
    parts.public.push(told);
    logs.set(operator.shard, parts);
  }
  return [...logs].map(([shard, parts]) => ({ shard, parts }));
}

/** Asks for the records again, from the first of a segment that is not in all rollups. */
export function failuresOf(
  records: readonly DynamoDBRecord[],
  unfinished: ReadonlyMap<string, number>,
): DynamoDBBatchResponse {
  const first = records.find((record) => {
    const part = partOfImage(record, 'operator');
    return part !== undefined && part.number > (unfinished.get(part.shard) ?? part.number);
  });
  const sequence = first?.dynamodb?.SequenceNumber;
  return { batchItemFailures: sequence === undefined ? [] : [{ itemIdentifier: sequence }] };
}
