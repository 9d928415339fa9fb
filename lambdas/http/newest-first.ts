import type { Audience } from '../../core/event/table.ts';
import type { SegmentPart } from '../../core/frame/messages.ts';
import { lastBefore } from './log-search.ts';
import type { HttpPorts } from './ports.ts';

/** Segments of all logs back from a time, in the order of their times. */
export interface NewestFirst {
  readonly audience: Audience;
  /** ms since the epoch: segments from `from` on and before `before`. */
  readonly from: number;
  readonly before: number;
}

/** Parts that one log is read ahead, and bytes of their bodies. */
const PAGE = { limit: 6, bytes: 1024 * 1024 } as const;

/** One log on its way back. */
interface Tail {
  readonly shard: string;
  /** Newest first. */
  parts: readonly SegmentPart[];
}

/**
 * Gives segments of all logs newest first. `below` says by log which numbers are left, 0 for none, and is where a later
 * request goes on: the caller sets it as it is done with each.
 */
export async function* newestFirst(
  { audience, from, before }: NewestFirst,
  below: Map<string, number>,
  { segments, logs }: Pick<HttpPorts, 'segments' | 'logs'>,
): AsyncGenerator<SegmentPart> {
  const readTail = async (shard: string, number: number): Promise<Tail> => {
    const read = await segments.before({ shard, audience, ...PAGE }, number);
    return { shard, parts: read.filter(({ createdAt }) => createdAt >= from) };
  };
  const begin = async (shard: string): Promise<Tail> => {
    const known = below.get(shard);
    if (known !== undefined) return readTail(shard, known);
    const head = await segments.head(shard);
    if (head === undefined) return { shard, parts: [] };
    const place = { shard, below: head.number + 1, since: before };
    const number = (await lastBefore(segments, place)) + 1;
    below.set(shard, number);
    return readTail(shard, number);
  };
  const tails = await Promise.all((await logs.shards()).map(begin));
  for (;;) {
    const next = newestOf(tails);
    const [part, ...rest] = next?.parts ?? [];
    if (next === undefined || part === undefined) return;
    yield part;
    next.parts = rest.length > 0 ? rest : (await readTail(next.shard, part.number)).parts;
  }
}

function newestOf(tails: readonly Tail[]): Tail | undefined {
  const left = tails.filter(({ parts }) => parts.length > 0);
  return left.sort((a, b) => timeOf(b) - timeOf(a) || (a.shard < b.shard ? -1 : 1))[0];
}

function timeOf({ parts }: Tail): number {
  return parts[0]?.createdAt ?? 0;
}
