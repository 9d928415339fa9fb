import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { open, type Response } from 'maxmind';
import { GEO_FILES } from '../lambdas/wrangle/env.ts';
import type { IncomingRecord } from '../lambdas/wrangle/incoming.ts';
import { Wrangler } from '../lambdas/wrangle/wrangle.ts';
import { FlowSource, type Mix } from './wrangle-flows.ts';
import { benchPorts, openKnowledge } from './wrangle-ports.ts';
import { stagesOf } from './wrangle-stages.ts';

/** Flows a batch, batches an invocation: a segment's worth from several probes. */
const BATCH_FLOWS = 1_000;
const BATCHES = 4;
const AT = Date.UTC(2026, 10, 21, 12);
const [mode = 'run', root = '', mix = 'realistic', flows = '400000'] = process.argv.slice(2);

if (mode === 'maxmind') await lookUp();
else await wrangle();

/** Invocations' records; every batch of a second has the same time. */
function makeDeliveries(from: Mix, count: number): IncomingRecord[][] {
  const source = new FlowSource(from);
  let sequence = 0;
  return Array.from({ length: Math.ceil(count / (BATCHES * BATCH_FLOWS)) }, (_, second) =>
    Array.from({ length: BATCHES }, (_, probe) => ({
      shard: 'shardId-000000000000',
      sequence: String(++sequence),
      bytes: source.batch(`sensor-${probe}`, BATCH_FLOWS, AT + second * 1_000),
      arrivedAt: AT + second * 1_000 + 1_200,
    })),
  );
}

/** A tenth warms up and is not counted. */
async function wrangle(): Promise<void> {
  const deliveries = makeDeliveries(mix as Mix, Number(flows));
  const knowledge = await openKnowledge(root);
  const warm = Math.ceil(deliveries.length / 10);
  const { ports, stored } = benchPorts(knowledge.locator, AT);
  const wrangler = new Wrangler(ports);
  for (const records of deliveries.slice(0, warm)) await wrangler.take(records);
  const before = { ...stored };
  const session = mode === 'profile' ? await startProfile() : undefined;
  const cpu = process.cpuUsage();
  const started = performance.now();
  for (const records of deliveries.slice(warm)) await wrangler.take(records);
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  const stages = session === undefined ? undefined : await stopProfile(session);
  const events = stored.events - before.events;
  const per = (name: 'operatorBytes' | 'publicBytes' | 'headBytes' | 'writeUnits'): number =>
    (stored[name] - before[name]) / events;
  console.log(
    JSON.stringify({
      flows: events,
      ms,
      cpuMs: (user + system) / 1000,
      rssMb: process.memoryUsage().rss / 2 ** 20,
      operator: per('operatorBytes'),
      public: per('publicBytes'),
      head: per('headBytes'),
      writeUnits: 1_000 * per('writeUnits'),
      stages,
    }),
  );
}

async function startProfile(): Promise<Session> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 200 });
  await session.post('Profiler.start');
  return session;
}

async function stopProfile(session: Session): Promise<Record<string, number>> {
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  return stagesOf(profile);
}

/** What maxmind alone takes: both ends of every flow looked up by their text, which is there already. */
async function lookUp(): Promise<void> {
  const reader = await open<Response>(join(root, GEO_FILES.v4));
  const source = new FlowSource(mix as Mix);
  const texts = Array.from({ length: Number(flows) }, () => source.sourceText());
  const home = '198.51.100.7';
  for (const text of texts.slice(0, 20_000)) reader.get(text);
  const cpu = process.cpuUsage();
  const started = performance.now();
  let found = 0;
  for (const text of texts) {
    if (reader.get(text) !== null) found++;
    if (reader.get(home) !== null) found++;
  }
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  const cpuMs = (user + system) / 1000;
  console.log(JSON.stringify({ flows: texts.length, ms, cpuMs, found }));
}
