import { z } from 'zod';
import type { CompiledFilter } from '../../core/filter/compile.ts';
import { hashText } from '../../core/fold/hash.ts';
import { FORMAT_NAMES, FORMATS, type FormatName } from '../../core/format/formats.ts';
import { isoTime } from '../../core/format/iso-time.ts';
import { LIMITS } from '../../core/limits.ts';
import { decodeCursor, type EventCursor, encodeCursor } from './event-cursor.ts';
import { EventReader, type EventsRead } from './event-reader.ts';
import {
  cursorText,
  duration,
  filterText,
  moment,
  oneOf,
  shardName,
  wholeNumber,
} from './parameters.ts';
import type { HttpPorts } from './ports.ts';
import { fail, type Problem } from './request.ts';
import { CACHE, type Call, defineRoute, NEXT, type Routed } from './route.ts';
import { MAX_TOKEN_CHARS } from './token.ts';

const DEFAULT_MS = 15 * 60_000;
const MAX_ROWS = 10_000;
/** The longest line leaves this much of an answer unused. */
const LINE_BYTES = 64 * 1024;
const BUDGET = {
  bytes: LIMITS.httpAnswerBytes - LINE_BYTES,
  segments: 200,
  // API Gateway gives up after 30 s, the function after 15 s.
  work: 6_000,
} as const;

/** Header of where a client goes on later: the range has not ended, or rows of it may still come. */
const RESUME = 'skirmish-resume';
const LEFT_OUT = 'skirmish-left-out';
const EXPIRED = 'skirmish-expired-before';
const ARRIVED = 'skirmish-arrived-until';

/** GET /v1/events: rows of a time, oldest first in each log, in a format of choice. */
export const EVENTS = defineRoute({
  path: '/v1/events',
  summary: 'Events of a time',
  description:
    'Rows of a range of time, log by log and in each by segment and time, one a line. An answer has a limited size and work: while it has the header skirmish-next, ask again with the same parameters and cursor set to it; no row comes twice and none is missed. It may have no line and still a next. With skirmish-resume instead the range may still get rows: go on there later. Every report of a sensor is a row of its own. Lines of format=native are as components/schemas/Event.',
  parameters: {
    from: moment().describe('Start of the range, in it. 15 minutes ago when not given.'),
    to: moment().describe('End of the range, not in it. Without one the range goes on.'),
    by: oneOf(['time', 'arrival'], 'time').describe(
      'What the range is of: when rows happened, or when their segments were appended.',
    ),
    late: duration('24h').describe(
      'By time: how long after `to` rows may have come that are still looked for. What waited longer at a probe or a relay, and what was replayed, needs more, or by=arrival.',
    ),
    filter: filterText(),
    format: oneOf(FORMAT_NAMES, 'native').describe(
      'native, ecs (Elastic Common Schema), ocsf (1.5.0), eve (Suricata) or csv.',
    ),
    order: oneOf(['asc'], 'asc').describe('Oldest first, in each log.'),
    shard: shardName().optional().describe('One log only, as /v1/status names it.'),
    limit: wholeNumber({ min: 1, max: MAX_ROWS, fallback: MAX_ROWS }).describe('Rows at most.'),
    cursor: cursorText().describe('Where to go on: skirmish-next or skirmish-resume.'),
  },
  answers: { 'application/x-ndjson': z.string(), 'text/csv': z.string() },
  headers: {
    [NEXT]: 'Where to go on at once; there may be more.',
    [RESUME]: 'Where to go on later; rows of the range may still come.',
    [LEFT_OUT]: 'Rows of this answer that the format has no form for.',
    [ARRIVED]: 'By time: rows that came later than this are not looked for; late= says so.',
    [EXPIRED]: 'The range begins before this time, from which on the store still has segments.',
  },
  handle: answerEvents,
});

interface EventsParameters {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly by: 'time' | 'arrival';
  readonly late: number;
  readonly filter?: CompiledFilter | undefined;
  readonly format: FormatName;
  readonly shard?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

async function answerEvents(
  call: Call<EventsParameters>,
  ports: HttpPorts,
): Promise<Routed | Problem> {
  const { audience, parameters } = call;
  const begun = beginning(call, ports.now());
  if ('problem' in begun) return begun;
  const format = FORMATS[parameters.format];
  const lines: string[] = parameters.cursor === undefined ? [format.header] : [];
  let leftOut = 0;
  const take = (record: Parameters<typeof format.line>[0]): number => {
    const line = format.line(record);
    if (line === undefined) leftOut++;
    else lines.push(line);
    return Buffer.byteLength(line ?? '');
  };
  const { by, late: lateMs, filter, limit } = parameters;
  const reader = new EventReader(
    { audience, from: begun.from, to: begun.to, by, lateMs, filter },
    ports,
    { budget: { ...BUDGET, rows: limit }, take },
  );
  const shards = parameters.shard === undefined ? await ports.logs.shards() : [parameters.shard];
  const read = await reader.read(shards, begun.logs);
  const cursor = cursorOf(begun, read, shards);
  if (typeof cursor !== 'string' && cursor !== undefined) return cursor;
  const until = by === 'time' && begun.to !== undefined ? begun.to + lateMs : undefined;
  return {
    answer: lines.join(''),
    type: format.mediaType,
    cacheControl: CACHE.head,
    headers: definedOf({
      [read.isCut ? NEXT : RESUME]: cursor,
      [LEFT_OUT]: leftOut === 0 ? undefined : String(leftOut),
      [ARRIVED]: until === undefined ? undefined : isoTime(until),
      [EXPIRED]: read.expiredBefore === undefined ? undefined : isoTime(read.expiredBefore),
    }),
  };
}

/** Where a request begins: at its cursor, or at the start of its range. */
function beginning(
  { audience, parameters }: Call<EventsParameters>,
  now: number,
): EventCursor | Problem {
  const { from, to, by, late, filter, format, shard } = parameters;
  const asked = [audience, from, to, by, late, filter?.text, format, shard];
  const question = hashText(JSON.stringify(asked));
  if (parameters.cursor === undefined) {
    const start = from ?? Math.min(now, to ?? now) - DEFAULT_MS;
    if (to !== undefined && to <= start) {
      return fail(400, 'bad-range', 'to is not after from. Correct one of them.');
    }
    return { question, from: start, to, logs: new Map() };
  }
  const cursor = decodeCursor(parameters.cursor);
  if (cursor === undefined) {
    const message = 'cursor is not one that this API made. Begin again without it.';
    return fail(400, 'bad-cursor', message);
  }
  if (cursor.question === question) return cursor;
  const message =
    'cursor belongs to other parameters. Send those of the first request with it, but for limit.';
  return fail(400, 'bad-cursor', message);
}

/** Undefined when nothing more of the range can come. */
function cursorOf(
  begun: EventCursor,
  { logs, isCut }: EventsRead,
  shards: readonly string[],
): string | undefined | Problem {
  const isDone = !isCut && shards.every((shard) => logs.get(shard) === 'done');
  const isPast = begun.to !== undefined && shards.length > 0;
  if (isDone && isPast) return undefined;
  const cursor = encodeCursor({ ...begun, logs });
  if (cursor.length <= MAX_TOKEN_CHARS) return cursor;
  const message = `There are ${shards.length} logs, too many for one cursor. Ask for each with shard=.`;
  return fail(400, 'too-many-logs', message);
}

function definedOf(
  headers: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const told = Object.entries(headers).filter((entry) => entry[1] !== undefined);
  return Object.fromEntries(told) as Record<string, string>;
}
