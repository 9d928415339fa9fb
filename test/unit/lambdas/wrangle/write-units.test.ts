import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FlowSource, type Mix } from '../../../../bench/wrangle-flows.ts';
import { benchPorts, openKnowledge, type Stored } from '../../../../bench/wrangle-ports.ts';
import type { Knowledge } from '../../../../lambdas/wrangle/knowledge.ts';
import { Wrangler } from '../../../../lambdas/wrangle/wrangle.ts';
import { parseConfig } from '../../../../lib/config.ts';
import { addEnrichment } from '../../../../lib/enrichment.ts';
import { ROOT } from '../../../../lib/paths.ts';
import { NOW, SHARD } from '../batches.ts';

const SECONDS = 3;
let folder: string;
let knowledge: Knowledge;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skirmish-units-'));
  addEnrichment(ROOT, parseConfig({}), folder);
  knowledge = await openKnowledge(folder);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What some seconds of 1,000 flows each take, from `probes` probes and one invocation a second. */
async function seconds(mix: Mix, probes: number): Promise<Stored> {
  const source = new FlowSource(mix);
  const { ports, stored } = benchPorts(knowledge.locator, NOW);
  const wrangler = new Wrangler(ports);
  let sequence = 0;
  for (let second = 0; second < SECONDS; second++) {
    const at = NOW + second * 1_000;
    const records = Array.from({ length: probes }, (_, probe) => ({
      shard: SHARD,
      sequence: String(++sequence),
      bytes: source.batch(`sensor-${probe}`, 1_000 / probes, at),
      arrivedAt: at + 1_200,
    }));
    await wrangler.take(records);
  }
  return stored;
}

describe('write units', () => {
  it('are at most 40 for a second of 1,000 flows, both renderings and the head', async () => {
    const stored = await seconds('realistic', 5);

    expect(stored).toMatchObject({ segments: SECONDS, events: 1_000 * SECONDS });
    expect(stored.writeUnits / SECONDS).toBeLessThanOrEqual(40);
  });

  it('are at most 48 when no source is seen twice', async () => {
    const stored = await seconds('distinct', 5);

    expect(stored.writeUnits / SECONDS).toBeLessThanOrEqual(48);
  });
});
