import { z } from 'zod';
import type { CompiledFilter } from '../../core/filter/compile.ts';
import type { SegmentsAnswer } from '../../core/frame/messages.ts';
import { LIMITS } from '../../core/limits.ts';
import { SEGMENT_PART, segmentNumber } from './answers.ts';
import { filteredPart } from './filtered-part.ts';
import { mergedPart } from './merged-part.ts';
import { filterText, oneOf, shardName, wholeNumber } from './parameters.ts';
import type { HttpPorts } from './ports.ts';
import { CACHE, type Call, defineRoute, type Routed } from './route.ts';

/** Parts in one answer. */
const MAX_PARTS = 100;

/** Rows that are kept of merged parts, about. */
const MERGED_ROWS = 300;

/** Bytes of an answer that are not bodies, for each part and for the rest. */
const PART_OVERHEAD = 256;

/** GET /v1/segments: parts of one log after a number, oldest first. */
export const SEGMENTS = defineRoute({
  path: '/v1/segments',
  summary: 'Segments of one log',
  description:
    'Parts of one log after a number, oldest first. An answer that was cut off before the head is the same for ever.',
  parameters: {
    shard: shardName().describe('The log, as /v1/status names it.'),
    after: wholeNumber({ min: 0, max: 1e15, fallback: 0 }).describe(
      'Number of the last segment that is not wanted.',
    ),
    limit: wholeNumber({ min: 1, max: MAX_PARTS, fallback: MAX_PARTS }).describe(
      'Parts at most; large ones may make it fewer.',
    ),
    merged: oneOf(['no', 'yes'], 'no').describe(
      '`yes`: one part of them all, in which rows are folded into weighted ones; sums stay the same.',
    ),
    filter: filterText(),
  },
  answers: {
    'application/json': z.strictObject({
      shard: z.string(),
      parts: z.array(SEGMENT_PART),
      head: segmentNumber().describe('Number of the newest segment in the log, 0 without one.'),
      oldest: segmentNumber().describe('Lowest number that the store still has, 0 without one.'),
      filter: z
        .string()
        .optional()
        .describe('Canonical text of the filter that the parts were made with.'),
    }) satisfies z.ZodType<SegmentsAnswer>,
  },
  handle: answerSegments,
});

interface SegmentsParameters {
  readonly shard: string;
  readonly after: number;
  readonly limit: number;
  readonly merged: 'no' | 'yes';
  readonly filter?: CompiledFilter | undefined;
}

async function answerSegments(
  { audience, parameters }: Call<SegmentsParameters>,
  { segments }: HttpPorts,
): Promise<Routed> {
  const { shard, after, limit, merged, filter } = parameters;
  const bytes = LIMITS.httpAnswerBytes - (limit + 1) * PART_OVERHEAD;
  const query = { shard, audience, limit, bytes };
  const [parts, head, oldest] = await Promise.all([
    segments.after(query, after),
    segments.head(shard),
    segments.oldest(shard),
  ]);
  const last = parts.at(-1)?.number ?? after;
  const one =
    merged === 'yes' ? mergedPart(parts, { audience, filter, rows: MERGED_ROWS }) : undefined;
  const answer: SegmentsAnswer = {
    shard,
    parts: one === undefined ? parts.map((part) => filteredPart(part, audience, filter)) : [one],
    // Parts were read at the same time as the head: they may reach further.
    head: Math.max(head?.number ?? 0, parts.at(-1)?.number ?? 0),
    oldest: oldest ?? 0,
    ...(filter === undefined ? {} : { filter: filter.text }),
  };
  const isCut = last < answer.head && parts[0]?.number === after + 1;
  return { answer, cacheControl: isCut ? CACHE.forever : CACHE.head };
}
