import { Buffer } from 'node:buffer';
import { z } from 'zod';

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

/** A request’s line and headers have at most 10,240 bytes at API Gateway: a longer cursor would not come back. */
export const MAX_CURSOR_CHARS = 7_000;

const COUNT = z.int().min(0);
const POSITION = z.union([z.literal(0), z.tuple([COUNT, COUNT])]);
const TOKEN = z.strictObject({
  v: z.literal(1),
  q: z.string().regex(/^[0-9a-f]{16}$/),
  f: COUNT,
  t: COUNT.optional(),
  l: z.record(z.string().regex(/^[\w.-]{1,128}$/), POSITION),
});

/** A cursor as clients keep it. It is no secret and proves nothing: one that was changed reads elsewhere in the same logs. */
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
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

/** The cursor in a client’s text, undefined when it is none of ours. */
export function decodeCursor(text: string): EventCursor | undefined {
  if (text.length > MAX_CURSOR_CHARS) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
  const parsed = TOKEN.safeParse(json);
  if (!parsed.success) return undefined;
  const { q, f, t, l } = parsed.data;
  const logs = Object.entries(l).map(
    ([shard, at]) => [shard, at === 0 ? 'done' : { after: at[0], rows: at[1] }] as const,
  );
  return { question: q, from: f, to: t, logs: new Map(logs) };
}
