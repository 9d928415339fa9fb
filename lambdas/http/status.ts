import { Buffer } from 'node:buffer';
import { z } from 'zod';
import type { Audience } from '../../core/event/table.ts';
import type { SensorStatus, StatusAnswer } from '../../core/frame/status.ts';
import type { LogHead } from '../../core/segment/head.ts';
import { type Counts, count } from '../metrics.ts';
import { openBody } from '../segment-body.ts';
import { COUNTERS, segmentNumber } from './answers.ts';
import type { HttpPorts } from './ports.ts';
import { quarantinedOf } from './refusals.ts';
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
          missing: COUNT.describe('Batches that have not come, now.'),
          lost: COUNT.describe('Batches that will not be waited for any more.'),
        }),
      ),
      totals: z.strictObject({
        since: TIME,
        segments: COUNT,
        batches: COUNT,
        events: COUNT,
        counters: COUNTERS,
        quarantined: COUNT.describe(
          'Batches set aside: those of the counters that can be replayed.',
        ),
      }),
      databases: z
        .record(z.string(), z.string())
        .describe('Date of each database that the newest segment was made with.'),
      newest: z.strictObject({ events: COUNT, counters: COUNTERS }),
    }) satisfies z.ZodType<StatusAnswer>,
  },
  handle: answerStatus,
});

async function answerStatus({ audience }: Call<unknown>, ports: HttpPorts): Promise<Routed> {
  return { answer: await readStatus(audience, ports), cacheControl: CACHE.head };
}

/** How things stand, as an audience may know it. */
export async function readStatus(audience: Audience, ports: HttpPorts): Promise<StatusAnswer> {
  const { segments, logs, now } = ports;
  const shards = await logs.shards();
  const read = await Promise.all(shards.map((shard) => segments.head(shard)));
  const heads = read.filter((head) => head !== undefined);
  const databases = await databasesOf(heads, audience, ports);
  return { ...statusOf(heads, audience, now()), databases };
}

/** Databases as the newest segment of all logs names them. */
async function databasesOf(
  heads: readonly LogHead[],
  audience: Audience,
  { segments }: HttpPorts,
): Promise<StatusAnswer['databases']> {
  const [newest] = heads.toSorted((a, b) => b.createdAt - a.createdAt);
  if (newest === undefined) return {};
  const query = { shard: newest.shard, audience, limit: 1, bytes: 1 };
  const [part] = await segments.before(query, newest.number + 1);
  if (part === undefined) return {};
  const opened = openBody(Buffer.from(part.body, 'base64'));
  return opened.ok ? opened.value.databases : {};
}

function statusOf(
  heads: readonly LogHead[],
  audience: Audience,
  at: number,
): Omit<StatusAnswer, 'databases'> {
  const counters = sumCounters(heads.map((head) => head.totals.counters));
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
      counters,
      quarantined: quarantinedOf(counters),
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
      missing: (line?.missing ?? 0) + seen.missing,
      lost: (line?.lost ?? 0) + seen.lost,
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
