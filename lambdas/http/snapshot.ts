import { z } from 'zod';
import type { Audience } from '../../core/event/table.ts';
import type { CompiledFilter } from '../../core/filter/compile.ts';
import { beginOf } from '../../core/frame/cursor.ts';
import type { SegmentPart, SnapshotAnswer } from '../../core/frame/messages.ts';
import { LIMITS } from '../../core/limits.ts';
import type { SegmentReader } from '../aws/segment-reader.ts';
import { CURSOR, SEGMENT_PART } from './answers.ts';
import { filteredPart } from './filtered-part.ts';
import { lastBefore } from './log-search.ts';
import { mergedTail } from './merged-tail.ts';
import { filterText, wholeNumber } from './parameters.ts';
import type { HttpPorts } from './ports.ts';
import { CACHE, type Call, defineRoute, type Routed } from './route.ts';

const DEFAULT_MINUTES = 15;
const MAX_MINUTES = 60;

/** Bytes of a part that are not its body, and of the answer that are not parts. */
const PART_OVERHEAD = 256;
const ANSWER_OVERHEAD = 64 * 1024;

/** Segments that one log may have in a snapshot of whole segments. */
const MAX_PARTS = 4_000;

/** Rows that are kept of a minute of all logs together, and of one of them at the least. */
const MINUTE_ROWS = 300;
const LEAST_ROWS = 30;
/** Merging begins nothing more after this time, ms: a function has a third of a core. */
const WORK_MS = 4_000;

/** GET /v1/snapshot: the newest parts of every log, oldest first in each, and the cursor after them. */
export const SNAPSHOT = defineRoute({
  path: '/v1/snapshot',
  summary: 'The last minutes of every log',
  description:
    'The newest parts of every log, oldest first in each and without holes up to its head, and the cursor after them. For the public, and where whole segments do not fit, parts are digests of 15 seconds, and of a minute where they are older: rows are folded into weighted ones, sums stay the same. What there is no room or time for is left out at the old end and counted.',
  parameters: {
    minutes: wholeNumber({ min: 1, max: MAX_MINUTES, fallback: DEFAULT_MINUTES }).describe(
      'How far back by the time at which segments were appended.',
    ),
    filter: filterText(),
  },
  answers: {
    'application/json': z.strictObject({
      cursor: CURSOR,
      parts: z.array(SEGMENT_PART),
      omitted: z
        .int()
        .min(0)
        .describe('Segments inside the window that are not in the answer, the oldest ones.'),
      filter: z
        .string()
        .optional()
        .describe('Canonical text of the filter that the parts were made with.'),
      at: z.number().describe('When it was read, ms since the epoch.'),
    }) satisfies z.ZodType<SnapshotAnswer>,
  },
  handle: answerSnapshot,
});

interface SnapshotQuery {
  readonly audience: Audience;
  /** ms since the epoch. */
  readonly since: number;
  readonly at: number;
  readonly filter?: CompiledFilter | undefined;
}

async function answerSnapshot(
  { audience, parameters }: Call<{ readonly minutes: number; readonly filter?: CompiledFilter }>,
  ports: HttpPorts,
): Promise<Routed> {
  const at = ports.now();
  const { minutes, filter } = parameters;
  const query = { audience, since: at - minutes * 60_000, at, filter };
  const whole = audience === 'operator' ? await readWhole(query, ports) : undefined;
  const logs = whole ?? (await readMerged(query, ports));
  const { parts, dropped } = newestWithin(logs.flatMap((log) => log.parts));
  const answer: SnapshotAnswer = {
    cursor: Object.fromEntries(logs.map((log) => [log.shard, log.head])),
    parts,
    omitted: dropped + logs.reduce((sum, log) => sum + log.omitted, 0),
    ...(filter === undefined ? {} : { filter: filter.text }),
    at,
  };
  return { answer, cacheControl: CACHE.snapshot };
}

interface LogTail {
  readonly shard: string;
  readonly head: number;
  /** Newest first, without holes, ending at `head`. */
  readonly parts: readonly SegmentPart[];
  /** Segments inside the window below the lowest part. */
  readonly omitted: number;
}

/** Every segment by itself; undefined where that is more than an answer holds. */
async function readWhole(
  query: SnapshotQuery,
  { segments, logs }: HttpPorts,
): Promise<readonly LogTail[] | undefined> {
  const { audience, since, filter } = query;
  const bytes = LIMITS.httpAnswerBytes - ANSWER_OVERHEAD;
  const tails = await eachLog(await logs.shards(), async (shard) => {
    const parts = await segments.newest({ shard, audience, limit: MAX_PARTS, bytes }, since);
    return tailOf(segments, { shard, since, parts });
  });
  const isCut = tails.some(({ omitted }) => omitted > 0);
  if (isCut || newestWithin(tails.flatMap(({ parts }) => parts)).dropped > 0) return undefined;
  return tails.map((tail) => ({
    ...tail,
    parts: tail.parts.map((part) => filteredPart(part, audience, filter)),
  }));
}

async function readMerged(
  { audience, since, at, filter }: SnapshotQuery,
  { segments, logs, cache, now }: HttpPorts,
): Promise<readonly LogTail[]> {
  const shards = await logs.shards();
  const rows = Math.max(LEAST_ROWS, Math.floor(MINUTE_ROWS / Math.max(1, shards.length)));
  const hasTime = (): boolean => now() < at + WORK_MS;
  return eachLog(shards, async (shard) => {
    const query = { shard, audience, since, at, rows, filter };
    const parts = await mergedTail(query, { segments, cache, hasTime });
    return tailOf(segments, { shard, since, parts });
  });
}

/** What is read of each log that has segments. */
async function eachLog(
  shards: readonly string[],
  read: (shard: string) => Promise<LogTail | undefined>,
): Promise<readonly LogTail[]> {
  const tails = await Promise.all(shards.map(read));
  return tails.filter((tail) => tail !== undefined);
}

async function tailOf(
  segments: SegmentReader,
  { shard, since, parts }: Pick<LogTail, 'shard' | 'parts'> & { readonly since: number },
): Promise<LogTail | undefined> {
  const [newest, oldest] = [parts[0], parts.at(-1)];
  if (newest === undefined || oldest === undefined) {
    const head = await segments.head(shard);
    return head === undefined ? undefined : { shard, head: head.number, parts, omitted: 0 };
  }
  const begin = beginOf(oldest);
  const before = await lastBefore(segments, { shard, below: begin + 1, since });
  return { shard, head: newest.number, parts, omitted: Math.max(0, begin - before) };
}

/** The newest parts that fit, oldest first; each log's stay without holes up to its head. */
function newestWithin(all: readonly SegmentPart[]): {
  readonly parts: readonly SegmentPart[];
  /** Segments in parts that do not fit. */
  readonly dropped: number;
} {
  const newestFirst = all.toSorted((a, b) => b.createdAt - a.createdAt || b.number - a.number);
  let left = LIMITS.httpAnswerBytes - ANSWER_OVERHEAD;
  const fitting = newestFirst.findIndex((part) => {
    left -= part.body.length + PART_OVERHEAD;
    return left < 0;
  });
  const end = fitting < 0 ? newestFirst.length : fitting;
  const dropped = newestFirst
    .slice(end)
    .reduce((sum, part) => sum + part.number - beginOf(part), 0);
  return { parts: newestFirst.slice(0, end).toReversed(), dropped };
}
