import { z } from 'zod';
import { PROVENANCE } from '../../core/event/kinds.ts';
import type { SensorStatus, StatusAnswer } from '../../core/frame/status.ts';
import { oneOf } from './parameters.ts';
import type { HttpPorts } from './ports.ts';
import { fail, type Problem } from './request.ts';
import { CACHE, type Call, defineRoute, type Routed } from './route.ts';
import { readStatus } from './status.ts';

/** Source: https://prometheus.io/docs/instrumenting/exposition_formats/ */
const TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** GET /metrics: the figures of /v1/status as Prometheus reads them. */
export const METRICS = defineRoute({
  path: '/metrics',
  summary: 'Figures for Prometheus',
  description:
    'What /v1/status says in the text format of Prometheus. Series are few: by reason, provenance and database. One for each sensor is for operators who ask with detail=sensors.',
  parameters: {
    detail: oneOf(['none', 'sensors'], 'none').describe(
      'Operator: `sensors` adds series by sensor.',
    ),
  },
  answers: { 'text/plain': z.string() },
  handle: answerMetrics,
});

async function answerMetrics(
  { audience, parameters }: Call<{ readonly detail: 'none' | 'sensors' }>,
  ports: HttpPorts,
): Promise<Routed | Problem> {
  if (parameters.detail === 'sensors' && audience !== 'operator') {
    const message = 'detail=sensors is for operators. Add audience=operator and the token.';
    return fail(400, 'bad-detail', message);
  }
  const status = await readStatus(audience, ports);
  const families = [
    ...figuresOf(status),
    ...(parameters.detail === 'sensors' ? bySensor(status) : []),
  ];
  return { answer: families.map(familyText).join(''), type: TYPE, cacheControl: CACHE.head };
}

/** A metric: its name without `skirmish_`, and its samples. */
interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly samples: readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];
}

function figuresOf({ logs, sensors, totals, databases, at }: StatusAnswer): readonly Family[] {
  const newest = logs.reduce((time, { createdAt }) => Math.max(time, createdAt), 0);
  const one = (value: number): Family['samples'] => [[{}, value]];
  return [
    counter('segments', 'Segments appended to all logs.', one(totals.segments)),
    counter('batches', 'Batches stored.', one(totals.batches)),
    counter('events', 'Events stored.', one(totals.events)),
    counter(
      'losses',
      'Losses, refusals and corrections by reason.',
      Object.entries(totals.counters).map(([reason, value]) => [{ reason }, value]),
    ),
    counter('quarantined_batches', 'Batches set aside with their bytes.', one(totals.quarantined)),
    counter(
      'lost_batches',
      'Batches that sensors numbered and that will not be waited for any more.',
      one(sensors.reduce((sum, { lost }) => sum + lost, 0)),
    ),
    gauge(
      'missing_batches',
      'Batches that sensors numbered and that have not come, now.',
      one(sensors.reduce((sum, { missing }) => sum + missing, 0)),
    ),
    gauge('logs', 'Logs, one for each shard that there was.', one(logs.length)),
    gauge('sensors', 'Sensors by where their events come from.', byProvenance(sensors)),
    gauge(
      'newest_segment_timestamp_seconds',
      'When the newest segment was appended.',
      logs.length === 0 ? [] : one(newest / 1_000),
    ),
    gauge('read_timestamp_seconds', 'When these figures were read.', one(at / 1_000)),
    gauge(
      'database_timestamp_seconds',
      'Date of each database that places, networks and lists are told by.',
      Object.entries(databases)
        .map(([database, date]) => [{ database }, Date.parse(date) / 1_000] as const)
        .filter(([, seconds]) => Number.isFinite(seconds)),
    ),
  ];
}

function bySensor({ sensors }: StatusAnswer): readonly Family[] {
  const by = (value: (sensor: SensorStatus) => number): Family['samples'] =>
    sensors.map((sensor) => [
      { probe: sensor.probe, site: sensor.site, provenance: provenanceOf(sensor) },
      value(sensor),
    ]);
  return [
    counter(
      'sensor_batches',
      'Batches stored, by sensor.',
      by(({ batches }) => batches),
    ),
    counter(
      'sensor_events',
      'Events stored, by sensor.',
      by(({ events }) => events),
    ),
    counter(
      'sensor_lost_batches',
      'Batches lost, by sensor.',
      by(({ lost }) => lost),
    ),
    gauge(
      'sensor_missing_batches',
      'Batches missing, by sensor.',
      by(({ missing }) => missing),
    ),
    gauge(
      'sensor_last_segment_timestamp_seconds',
      'When the last segment with something of it was appended, by sensor.',
      by(({ lastSegmentAt }) => lastSegmentAt / 1_000),
    ),
  ];
}

function byProvenance(sensors: readonly SensorStatus[]): Family['samples'] {
  const counts = new Map<string, number>();
  for (const sensor of sensors) {
    counts.set(provenanceOf(sensor), (counts.get(provenanceOf(sensor)) ?? 0) + 1);
  }
  return [...counts].map(([provenance, value]) => [{ provenance }, value]);
}

function provenanceOf({ provenance }: SensorStatus): string {
  return Object.keys(PROVENANCE)[provenance] ?? '';
}

function counter(name: string, help: string, samples: Family['samples']): Family {
  return { name: `${name}_total`, type: 'counter', help, samples };
}

function gauge(name: string, help: string, samples: Family['samples']): Family {
  return { name, type: 'gauge', help, samples };
}

function familyText({ name, type, help, samples }: Family): string {
  if (samples.length === 0) return '';
  const full = `skirmish_${name}`;
  const lines = samples.map(([labels, value]) => `${full}${labelText(labels)} ${value}\n`);
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join('')}`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
