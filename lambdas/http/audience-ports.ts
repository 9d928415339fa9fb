import type { Audience } from '../../core/event/table.ts';
import type { SegmentReader } from '../aws/segment-reader.ts';
import { lastBefore } from './log-search.ts';
import type { HttpPorts } from './ports.ts';

/**
 * What an audience is answered from. A public that sees things later has its clock as much behind: all of what it asks
 * is answered as it would have been then, so that no route has to know of it.
 */
export function portsOf(audience: Audience, ports: HttpPorts): HttpPorts {
  const { publicDelayMs = 0 } = ports;
  if (audience === 'operator' || publicDelayMs === 0) return ports;
  const now = (): number => ports.now() - publicDelayMs;
  return {
    ...ports,
    now,
    // The rollups of the public hold no segment before it may be told: the rollup function waits as long.
    segments: readerUntil(ports.segments, now),
  };
}

/** Logs that end with what was appended by a time, ms. */
function readerUntil(reader: SegmentReader, until: () => number): SegmentReader {
  const newest: SegmentReader['head'] = async (shard) => {
    const head = await reader.head(shard);
    if (head === undefined || head.createdAt <= until()) return head;
    const place = { shard, below: head.number, since: until() + 1 };
    const number = await lastBefore(reader, place);
    return number === 0 ? undefined : reader.head(shard, number);
  };
  const before: SegmentReader['before'] = async (query, number) => {
    const head = await newest(query.shard);
    return head === undefined ? [] : reader.before(query, Math.min(number, head.number + 1));
  };
  return {
    head: newest,
    before,
    oldest: async (shard) =>
      (await newest(shard)) === undefined ? undefined : reader.oldest(shard),
    createdAt: (shard, number) => reader.createdAt(shard, number),
    after: async (query, number) => {
      const parts = await reader.after(query, number);
      const end = parts.findIndex(({ createdAt }) => createdAt > until());
      return end < 0 ? parts : parts.slice(0, end);
    },
    newest: async (query, since) => {
      const parts = await before(query, Number.MAX_SAFE_INTEGER);
      const end = parts.findIndex(({ createdAt }) => createdAt < since);
      return end < 0 ? parts : parts.slice(0, end);
    },
  };
}
