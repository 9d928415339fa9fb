import { z } from 'zod';
import type { Cursor, SegmentPart } from '../../core/frame/messages.ts';

/** A segment's number, 0 where there is no segment. */
export function segmentNumber(): z.ZodType<number> {
  return z.int().min(0);
}

/** Schema of one segment's rendering as it travels. */
export const SEGMENT_PART = z.strictObject({
  shard: z.string(),
  number: segmentNumber(),
  from: segmentNumber()
    .optional()
    .describe('It covers segments (from, number], folded into one; without it one alone.'),
  createdAt: z.number().describe('When the last one was appended, ms since the epoch.'),
  body: z.string().describe('The rendering: core/segment’s bytes, deflate-raw, base64.'),
}) satisfies z.ZodType<SegmentPart>;

/** Schema of a cursor. */
export const CURSOR = z
  .record(z.string(), segmentNumber())
  .describe('Number of the last segment by log.') satisfies z.ZodType<Cursor>;

/** Schema of counters by reason. */
export const COUNTERS = z.record(z.string(), z.int().min(0)).describe('Counts by reason.');

/** Schema of the answer to a request that cannot be answered. */
export const PROBLEM = z.strictObject({
  error: z.strictObject({
    code: z
      .string()
      .regex(/^[a-z-]+$/)
      .describe('The same for ever, for programs.'),
    message: z.string().describe('What is wrong and what to do, for people.'),
  }),
});
