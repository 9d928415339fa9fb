import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Audience } from '../../core/event/table.ts';
import { SECTIONS, type Section } from '../../core/rollup/codec.ts';
import { type Grain, parsePeriod, periodText } from '../../core/rollup/period.ts';
import type { RollupBody } from '../rollup-body.ts';
import { bytesOf, type Item, numberOf, textOf } from './attributes.ts';

/** Which item of the rollups table: what rows of one log add up to in one period, for one audience. */
export interface RollupKey {
  readonly audience: Audience;
  readonly grain: Grain;
  /** ms since the epoch. */
  readonly start: number;
  readonly shard: string;
}

/** A rollup as it is stored. */
export interface StoredRollup {
  readonly key: RollupKey;
  /** Number of the last segment that was added to it. */
  readonly through: number;
  readonly body: RollupBody;
}

/** Segments that expired before they were added to any rollup. */
export interface Gap {
  readonly segments: number;
  /** Segment times (ms) around it: nothing that was appended in between is in the rollups. */
  readonly since: number;
  readonly until: number;
}

/** How far a log has been added to an audience's rollups. */
export interface RollupCursor {
  readonly audience: Audience;
  readonly shard: string;
  /** All segments up to here are in the rollups, but for those of gaps; 0 at the beginning. */
  readonly through: number;
  /** Segment time (ms) of that segment. */
  readonly at: number;
  readonly gaps: readonly Gap[];
}

/** Separates a period from a log in sort keys; sorts before what may stand in either. */
const SEPARATOR = '#';
const CURSORS = 'cursor';

/** Characters of a period's text that name its partition: a day of minutes, a month of hours, a year of days. */
const SERIES_LENGTH: Readonly<Record<Grain, number>> = { minute: 10, hour: 7, day: 4 };

/** Partition that holds a period's items. */
export function seriesOf(audience: Audience, grain: Grain, start: number): string {
  return [audience, grain, periodText(start).slice(0, SERIES_LENGTH[grain])].join(SEPARATOR);
}

/** Key attributes of a rollup. */
export function rollupKey({ audience, grain, start, shard }: RollupKey): Item {
  return {
    series: { S: seriesOf(audience, grain, start) },
    period: { S: `${periodText(start)}${SEPARATOR}${shard}` },
  };
}

/** Item of a rollup. `expiresAt` is in seconds since the epoch; without it the item stays. */
export function rollupItem(
  { key, through, body }: StoredRollup,
  expiresAt: number | undefined,
): Record<string, AttributeValue> {
  const item: Record<string, AttributeValue> = {
    ...rollupKey(key),
    through: { N: String(through) },
  };
  for (const [section, bytes] of body) item[section] = { B: bytes };
  if (expiresAt !== undefined) item['expiresAt'] = { N: String(expiresAt) };
  return item;
}

/** The rollup in an item. Throws on an item that the rollup function did not write. */
export function rollupOf(item: Item, audience: Audience, grain: Grain): StoredRollup {
  const [text = '', shard] = (textOf(item, 'period') ?? '').split(SEPARATOR);
  const start = parsePeriod(text);
  const through = numberOf(item, 'through');
  if (shard === undefined || through === undefined || Number.isNaN(start)) {
    throw new Error(`The rollups table's item ${text} has no usable key or 'through': remove it.`);
  }
  const body = new Map<Section, Uint8Array>();
  for (const section of SECTIONS) {
    const bytes = bytesOf(item, section);
    if (bytes !== undefined) body.set(section, bytes);
  }
  return { key: { audience, grain, start, shard }, through, body };
}

/** Partition of an audience's cursors. */
export function cursorSeries(audience: Audience): string {
  return `${audience}${SEPARATOR}${CURSORS}`;
}

/** Item of a cursor. */
export function cursorItem(cursor: RollupCursor): Record<string, AttributeValue> {
  return {
    series: { S: cursorSeries(cursor.audience) },
    period: { S: cursor.shard },
    through: { N: String(cursor.through) },
    at: { N: String(cursor.at) },
    gaps: { S: JSON.stringify(cursor.gaps) },
  };
}

/** The cursor in an item. */
export function cursorOf(item: Item, audience: Audience): RollupCursor {
  return {
    audience,
    shard: textOf(item, 'period') ?? '',
    through: numberOf(item, 'through') ?? 0,
    at: numberOf(item, 'at') ?? 0,
    gaps: JSON.parse(textOf(item, 'gaps') ?? '[]') as readonly Gap[],
  };
}
