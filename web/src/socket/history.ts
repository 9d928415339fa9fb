import type { Audience } from '../../../core/event/table.ts';
import type { SegmentPart, SegmentsAnswer, SnapshotAnswer } from '../../../core/frame/messages.ts';
import { parseSegmentPart } from '../../../core/frame/server-messages.ts';
import { isCount, isRecord, isShard, isTime } from '../../../core/frame/shapes.ts';
import type { StatusAnswer } from '../../../core/frame/status.ts';

/** Who asks: public, or an operator with a token. */
export interface Reader {
  readonly audience: Audience;
  readonly token?: string | undefined;
}

/** How segments are asked for. */
export interface Asked {
  /** Segments at the most. */
  readonly limit: number;
  /** As one part, digested; not for operators, who are shown every row. */
  readonly merged: boolean;
}

/** The HTTP side of the pipeline: what a viewer missed, and how the stages stand. */
export interface History {
  snapshot(minutes: number): Promise<SnapshotAnswer>;
  segments(shard: string, after: number, how: Asked): Promise<SegmentsAnswer>;
  status(): Promise<StatusAnswer>;
}

/** A snapshot as it should be, undefined for anything else. */
export function parseSnapshot(value: unknown): SnapshotAnswer | undefined {
  if (!isRecord(value) || !isRecord(value['cursor']) || !isTime(value['at'])) return undefined;
  const cursor = Object.entries(value['cursor']);
  const parts = parseParts(value['parts']);
  const { omitted, filter } = value;
  if (!parts || !cursor.every(([shard, number]) => isShard(shard) && isCount(number)))
    return undefined;
  if (filter !== undefined && typeof filter !== 'string') return undefined;
  return {
    cursor: Object.fromEntries(cursor) as Record<string, number>,
    parts,
    omitted: isCount(omitted) ? omitted : 0,
    ...(filter === undefined ? {} : { filter }),
    at: value['at'],
  };
}

/** An answer of /v1/segments as it should be, undefined for anything else. */
export function parseSegments(value: unknown): SegmentsAnswer | undefined {
  if (!isRecord(value)) return undefined;
  const { shard, head, oldest, filter } = value;
  const parts = parseParts(value['parts']);
  if (!parts || !isShard(shard) || !isCount(head) || !isCount(oldest)) return undefined;
  if (filter !== undefined && typeof filter !== 'string') return undefined;
  return { shard, parts, head, oldest, ...(filter === undefined ? {} : { filter }) };
}

function parseParts(value: unknown): SegmentPart[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const parts = value.map(parseSegmentPart);
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

/**
 * History over fetch; `reader` is asked at each call, since an operator's token may be refused, and `filter` for the
 * canonical text of what is shown, '' for everything.
 */
export function httpHistory(
  api: string,
  reader: () => Reader,
  filter: () => string = () => '',
): History {
  const get = async (path: string, parameters: Record<string, string>): Promise<unknown> => {
    const { audience, token } = reader();
    const query = new URLSearchParams({ ...parameters, audience });
    const answer = await fetch(`${api}/v1/${path}?${query}`, {
      headers: audience === 'operator' && token ? { authorization: `Bearer ${token}` } : {},
    });
    if (!answer.ok) throw new Error(`/v1/${path} answered ${answer.status}`);
    return answer.json();
  };
  return {
    snapshot: async (minutes) => {
      const asked = { minutes: String(minutes), ...filtered(filter()) };
      return known(parseSnapshot(await get('snapshot', asked)), 'snapshot');
    },
    segments: async (shard, after, { limit, merged }) => {
      const wanted = { shard, after: String(after), limit: String(limit) };
      const digest = merged && reader().audience === 'public';
      const asked = digest ? { ...wanted, merged: 'yes', ...filtered(filter()) } : wanted;
      return known(parseSegments(await get('segments', asked)), 'segments');
    },
    status: async () => (await get('status', {})) as StatusAnswer,
  };
}

function filtered(filter: string): { readonly filter?: string } {
  return filter === '' ? {} : { filter };
}

function known<T>(value: T | undefined, path: string): T {
  if (value === undefined) throw new Error(`/v1/${path} answered something unknown`);
  return value;
}
