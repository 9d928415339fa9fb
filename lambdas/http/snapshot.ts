import { z } from 'zod';
import type { Audience } from '../../core/event/table.ts';
import type { CompiledFilter } from '../../core/filter/compile.ts';
import type { SegmentPart, SnapshotAnswer } from '../../core/frame/messages.ts';
import { LIMITS } from '../../core/limits.ts';
import type { SegmentReader } from '../aws/segment-reader.ts';
import { CURSOR, SEGMENT_PART } from './answers.ts';
import { filteredPart } from './filtered-part.ts';
import { lastBefore } from './log-search.ts';
import { filterText, wholeNumber } from './parameters.ts';
import type { HttpPorts } from './ports.ts';
import { CACHE, type Call, defineRoute, type Routed } from './route.ts';

const DEFAULT_MINUTES = 15;
const MAX_MINUTES = 60;

/** Bytes of a part that are not its body, and of the answer that are not parts. */
const PART_OVERHEAD = 256;
const ANSWER_OVERHEAD = 64 * 1024;

/** Parts that one log may have in a snapshot. */
const MAX_PARTS = 4_000;

/** GET /v1/snapshot: the newest parts of every log, oldest first in each, and the cursor after them. */
export const SNAPSHOT = defineRoute({
  path: '/v1/snapshot',
  summary: 'The last minutes of every log',
  description:
    'The newest parts of every log, oldest first in each and without holes up to its head, and the cursor after them. What does not fit is left out at the old end and counted.',
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
      omitted: z.int().min(0).describe('Parts inside the window that did not fit in the answer.'),
      at: z.number().describe('When it was read, ms since the epoch.'),
    }) satisfies z.ZodType<SnapshotAnswer>,
  },
  handle: answerSnapshot,
});

async function answerSnapshot(
  { audience, parameters }: Call<{ readonly minutes: number; readonly filter?: CompiledFilter }>,
  { segments, logs, now }: HttpPorts,
): Promise<Routed> {
  const at = now();
  const since = at - parameters.minutes * 60_000;
  const bytes = LIMITS.httpAnswerBytes - ANSWER_OVERHEAD;
  const options = { audience, since, bytes };
  const shards = await logs.shards();
  const read = await Promise.all(shards.map((shard) => readLog(segments, shard, options)));
  const found = read.filter((log) => log !== undefined);
  const { parts, dropped } = newestWithin(
    found.flatMap((log) => log.parts),
    bytes,
  );
  const answer: SnapshotAnswer = {
    cursor: Object.fromEntries(found.map((log) => [log.shard, log.head])),
    parts: parts.map((part) => filteredPart(part, audience, parameters.filter)),
    omitted: dropped + found.reduce((sum, log) => sum + log.omitted, 0),
    at,
  };
  return { answer, cacheControl: CACHE.head };
}

interface LogTail {
  readonly shard: string;
  readonly head: number;
  /** Newest first, without holes, ending at `head`. */
  readonly parts: readonly SegmentPart[];
  /** Segments inside the window below the lowest part. */
  readonly omitted: number;
}

async function readLog(
  segments: SegmentReader,
  shard: string,
  options: { readonly audience: Audience; readonly since: number; readonly bytes: number },
): Promise<LogTail | undefined> {
  const { audience, since, bytes } = options;
  const parts = await segments.newest({ shard, audience, limit: MAX_PARTS, bytes }, since);
  const lowest = parts.at(-1)?.number;
  if (lowest === undefined) {
    const head = await segments.head(shard);
    return head === undefined ? undefined : { shard, head: head.number, parts, omitted: 0 };
  }
  const head = parts[0]?.number ?? lowest;
  return {
    shard,
    head,
    parts,
    omitted: lowest - 1 - (await lastBefore(segments, { shard, below: lowest, since })),
  };
}

/** The newest parts that fit, oldest first; each log's stay without holes up to its head. */
function newestWithin(
  all: readonly SegmentPart[],
  bytes: number,
): { readonly parts: readonly SegmentPart[]; readonly dropped: number } {
  const newestFirst = all.toSorted((a, b) => b.createdAt - a.createdAt || b.number - a.number);
  let left = bytes;
  const fitting = newestFirst.findIndex((part) => {
    left -= part.body.length + PART_OVERHEAD;
    return left < 0;
  });
  const parts = fitting < 0 ? newestFirst : newestFirst.slice(0, fitting);
  return { parts: parts.toReversed(), dropped: all.length - parts.length };
}
