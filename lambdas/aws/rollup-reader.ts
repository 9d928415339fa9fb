import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Audience } from '../../core/event/table.ts';
import type { Section } from '../../core/rollup/codec.ts';
import { GRAIN_MS, type Grain, periodText } from '../../core/rollup/period.ts';
import { aliases, type Item, projection } from './attributes.ts';
import { type RollupCursor, rollupOf, type StoredRollup, seriesOf } from './rollup-item.ts';
import { queryCursors } from './rollup-store.ts';

/** Which rollups to read, and which of their sections. */
export interface RollupQuery {
  readonly audience: Audience;
  readonly grain: Grain;
  /** Starts of periods, ms: from `from` on, before `to`. */
  readonly from: number;
  readonly to: number;
  readonly sections: readonly Section[];
}

/** The rollups, as readers use them. Reads are consistent. */
export interface RollupReader {
  /** How far the logs have been added to an audience's rollups. */
  cursors(audience: Audience): Promise<readonly RollupCursor[]>;
  /** All logs' rollups of a range, a page after the other. */
  range(query: RollupQuery): AsyncIterable<readonly StoredRollup[]>;
}

/** Reads the rollups table by its key: a query a series. */
export function dynamoRollupReader(client: DynamoDBClient, table: string): RollupReader {
  return {
    cursors: (audience) => queryCursors(client, table, audience),
    range: (query) => pages(client, table, query),
  };
}

async function* pages(
  client: DynamoDBClient,
  table: string,
  query: RollupQuery,
): AsyncGenerator<readonly StoredRollup[]> {
  const { audience, grain, from, to } = query;
  const attributes = ['series', 'period', 'through', ...query.sections];
  for (const series of seriesBetween(query)) {
    let next: Item | undefined;
    do {
      const page = await client.send(
        new QueryCommand({
          TableName: table,
          // An item's key goes on after its period, so that none of the period `to` is in between.
          KeyConditionExpression: '#series = :series AND #period BETWEEN :from AND :to',
          ProjectionExpression: projection(attributes.slice(1)),
          ExpressionAttributeNames: aliases(attributes),
          ExpressionAttributeValues: {
            ':series': { S: series },
            ':from': { S: periodText(from) },
            ':to': { S: periodText(to) },
          },
          ConsistentRead: true,
          ExclusiveStartKey: next,
        }),
      );
      yield (page.Items ?? []).map((item) => rollupOf(item, audience, grain));
      next = page.LastEvaluatedKey;
    } while (next !== undefined);
  }
}

/** The series that a range touches, in order. */
function seriesBetween({ audience, grain, from, to }: RollupQuery): Iterable<string> {
  const series = new Set<string>();
  const step = grain === 'minute' ? GRAIN_MS.hour : GRAIN_MS.day;
  for (let start = from; start < to; start += step) series.add(seriesOf(audience, grain, start));
  if (to > from) series.add(seriesOf(audience, grain, to - GRAIN_MS[grain]));
  return series;
}
