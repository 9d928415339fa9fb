import { z } from 'zod';
import { decodeToken, encodeToken } from './token.ts';

/** How far reading is in one log: segments up to `after` are done, and so are the first `rows` rows of the next. */
export interface LogPosition {
  readonly after: number;
  readonly rows: number;
}

/** Where reading events goes on. */
export interface EventCursor {
  /** Of the parameters it was made for; it goes on with no others. */
  readonly question: string;
  /** Bounds of the range as they were understood at first; ms since the epoch, `to` undefined without an end. */
  readonly from: number;
  readonly to?: number | undefined;
  /** By log; 'done' where nothing of the range can come any more. A log that is not there has not been begun. */
  readonly logs: ReadonlyMap<string, LogPosition | 'done'>;
}

const COUNT = z.int().min(0);
const POSITION = z.union([z.literal(0), z.tuple([COUNT, COUNT])]);
const TOKEN = z.strictObject({
  v: z.literal(1),
  q: z.string().regex(/^[0-9a-f]{16}$/),
  f: COUNT,
  t: COUNT.optional(),
  l: z.record(z.string().regex(/^[\w.-]{1,128}$/), POSITION),
});

/** A cursor as clients keep it. */
export function encodeCursor(cursor: EventCursor): string {
  const logs = [...cursor.logs].map(([shard, at]) => [
    shard,
    at === 'done' ? 0 : [at.after, at.rows],
  ]);
  const token = {
    v: 1,
    q: cursor.question,
    f: cursor.from,
    ...(cursor.to === undefined ? {} : { t: cursor.to }),
    l: Object.fromEntries(logs),
  };
  return encodeToken(token);
}

/** The cursor in a client’s text, undefined when it is none of ours. */
export function decodeCursor(text: string): EventCursor | undefined {
  const token = decodeToken(text, TOKEN);
  if (token === undefined) return undefined;
  const { q, f, t, l } = token;
  const logs = Object.entries(l).map(
    ([shard, at]) => [shard, at === 0 ? 'done' : { after: at[0], rows: at[1] }] as const,
  );
  return { question: q, from: f, to: t, logs: new Map(logs) };
}
