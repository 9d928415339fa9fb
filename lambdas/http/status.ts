import { z } from 'zod';
import type { Audience } from '../../core/event/table.ts';
import type { SensorStatus, StatusAnswer } from '../../core/frame/status.ts';
import type { LogHead } from '../../core/segment/head.ts';
import { type Counts, count } from '../metrics.ts';
import { COUNTERS, segmentNumber } from './answers.ts';
import type { HttpPorts } from './ports.ts';
import { CACHE, type Call, defineRoute, type Routed } from './route.ts';

const COUNT = z.int().min(0);
const TIME = z.number().describe('ms since the epoch');

/** GET /v1/status: how the logs stand, what they hold from whom, and what was refused. */
export const STATUS = defineRoute({
  path: '/v1/status',
  summary: 'How the logs stand',
  description:
    'How each log stands, what they hold from which sensor, and what was lost or refused, by reason.',
  parameters: {},
  answers: {
    'application/json': z.strictObject({
      at: TIME,
      audience: z.enum(['public', 'operator']),
      logs: z.array(
        z.strictObject({
          shard: z.string(),
          head: segmentNumber(),
          createdAt: TIME,
          behindMs: COUNT.describe('Age of the newest segment, ms.'),
        }),
      ),
      sensors: z.array(
        z.strictObject({
          probe: z.string().describe('Probe id; empty for the public.'),
          site: z.string(),
          provenance: z.union([z.literal(0), z.literal(1), z.literal(2)]),
          lastSegmentAt: TIME,
          batches: COUNT,
          events: COUNT,
        }),
      ),
      totals: z.strictObject({
        since: TIME,
        segments: COUNT,
        batches: COUNT,
        events: COUNT,
        counters: COUNTERS,
      }),
      newest: z.strictObject({ events: COUNT, counters: COUNTERS }),
    }) satisfies z.ZodType<StatusAnswer>,
  },
  handle: answerStatus,
});

async function answerStatus(
  { audience }: Call<unknown>,
  { segments, logs, now }: HttpPorts,
): Promise<Routed> {
  const shards = await logs.shards();
  const read = await Promise.all(shards.map((shard) => segments.head(shard)));
  const heads = read.filter((head) => head !== undefined);
  return { answer: statusOf(heads, audience, now()), cacheControl: CACHE.head };
}

function statusOf(heads: readonly LogHead[], audience: Audience, at: number): StatusAnswer {
  return {
    at,
    audience,
    logs: heads.map(({ shard, number, createdAt }) => ({
      shard,
      head: number,
      createdAt,
      behindMs: Math.max(0, at - createdAt),
    })),
    sensors: sensorsOf(heads, audience),
    totals: {
      since: heads.reduce((since, head) => Math.min(since, head.totals.since), at),
      segments: sum(heads, (head) => head.number),
      batches: sum(heads, (head) => head.totals.batches),
      events: sum(heads, (head) => head.totals.events),
      counters: sumCounters(heads.map((head) => head.totals.counters)),
    },
    newest: {
      events: sum(heads, (head) => head.events),
      counters: sumCounters(heads.map((head) => head.counters)),
    },
  };
}

/** The public learns of sites, never of probes: sensors of one site and provenance are one line. */
function sensorsOf(heads: readonly LogHead[], audience: Audience): readonly SensorStatus[] {
  const lines = new Map<string, SensorStatus>();
  for (const [id, seen] of heads.flatMap((head) => Object.entries(head.sensors))) {
    const probe = audience === 'operator' ? id : '';
    const key = JSON.stringify([probe, seen.site, seen.provenance]);
    const line = lines.get(key);
    lines.set(key, {
      probe,
      site: seen.site,
      provenance: seen.provenance,
      lastSegmentAt: Math.max(line?.lastSegmentAt ?? 0, seen.at),
      batches: (line?.batches ?? 0) + seen.batches,
      events: (line?.events ?? 0) + seen.events,
    });
  }
  return [...lines.values()];
}

function sum(heads: readonly LogHead[], value: (head: LogHead) => number): number {
  return heads.reduce((total, head) => total + value(head), 0);
}

function sumCounters(all: readonly Counts[]): Counts {
  const total: Record<string, number> = {};
  for (const counters of all) {
    for (const [name, value] of Object.entries(counters)) count(total, name, value);
  }
  return total;
}
