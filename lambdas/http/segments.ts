import type { SegmentsAnswer } from '../../core/frame/messages.ts';
import { LIMITS } from '../../core/limits.ts';
import type { HttpPorts } from './http.ts';
import {
  audienceOf,
  fail,
  type Problem,
  type Request,
  type Routed,
  wholeNumber,
} from './request.ts';

/** Parts in one answer. */
const MAX_PARTS = 100;

/** Bytes of an answer that are not bodies, for each part and for the rest. */
const PART_OVERHEAD = 256;

/** Segments never change: an answer that was cut off before the head says the same tomorrow. */
const CUT_CACHE = 'public, max-age=3600, immutable';
/** Browsers ask again each time, the CDN shields the store. */
const HEAD_CACHE = 'public, max-age=0, s-maxage=1';

/** GET /v1/segments: parts of one log after a number, oldest first. */
export async function answerSegments(
  request: Request,
  { segments }: HttpPorts,
): Promise<Routed | Problem> {
  const shard = request.query['shard'] ?? '';
  if (!/^[\w.-]{1,128}$/.test(shard)) {
    return fail(400, 'bad-shard', 'shard is missing or not a log. Take one from /v1/status.');
  }
  const after = wholeNumber(request, 'after', { fallback: 0, min: 0, max: 1e15 });
  if (typeof after !== 'number') return after;
  const limit = wholeNumber(request, 'limit', { fallback: MAX_PARTS, min: 1, max: MAX_PARTS });
  if (typeof limit !== 'number') return limit;
  const bytes = LIMITS.httpAnswerBytes - (limit + 1) * PART_OVERHEAD;
  const query = { shard, audience: audienceOf(request), limit, bytes };
  const [parts, head, oldest] = await Promise.all([
    segments.after(query, after),
    segments.head(shard),
    segments.oldest(shard),
  ]);
  const last = parts.at(-1)?.number ?? after;
  const answer: SegmentsAnswer = {
    shard,
    parts,
    // Parts were read at the same time as the head: they may reach further.
    head: Math.max(head?.number ?? 0, parts.at(-1)?.number ?? 0),
    oldest: oldest ?? 0,
  };
  const isCut = last < answer.head && parts[0]?.number === after + 1;
  return { answer, cacheControl: isCut ? CUT_CACHE : HEAD_CACHE };
}
