import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { BatchEvents } from '../../core/batch/batch.ts';
import { EVENT_KIND } from '../../core/event/kinds.ts';
import { readCaptureFile } from '../../edge-probe/capture/file.ts';
import { Meter } from '../../edge-probe/flow/meter.ts';
import { summarize } from '../../edge-probe/flow/summary.ts';

const CAPTURES = fileURLToPath(new URL('../../../shared/pcaps/', import.meta.url));
const EXPECTED = `${CAPTURES}expected.tsv`;
const present = existsSync(EXPECTED);
const FIELDS = ['packets', 'ip', 'tcp_flows', 'udp_flows', 'dns_addresses'] as const;

/** Differences that are meant, and why. */
const INTENDED: Readonly<Record<string, string>> = {};

const rows = present ? readFileSync(EXPECTED, 'utf8').trim().split('\n').slice(1) : [];
const names = rows.map((row) => row.split('\t')[0] as string);

if (!present) console.info('skipped: the captures are not beside the repository');

describe.skipIf(!present)('real captures', () => {
  it('hold what tshark finds in them', { timeout: 180_000 }, async () => {
    const differences: string[] = [];
    for (const row of rows) {
      const [file = '', ...expected] = row.split('\t');
      const summary = await summarize(CAPTURES + file);
      FIELDS.forEach((field, i) => {
        if (summary[field] === Number(expected[i]) || INTENDED[file] !== undefined) return;
        differences.push(`${file}: ${field} is ${summary[field]}, not ${expected[i]}`);
      });
    }

    expect(rows.length).toBeGreaterThan(500);
    expect(differences).toEqual([]);
    expect(Object.keys(INTENDED).length).toBeLessThan(5);
  });

  it('lose no packet and no flow on the way into rows', { timeout: 180_000 }, async () => {
    const wrong: string[] = [];
    for (const name of names) {
      const { rows: told, meter } = await meterRows(CAPTURES + name);
      const { packets, flows, closed, undecodable, names: learnt } = meter.counters;
      const refused = Object.values(undecodable).reduce((sum, count) => sum + count, 0);
      const same =
        told.packets === packets - refused &&
        told.opened === flows &&
        told.closed === flows &&
        closed === flows &&
        told.names === learnt.learnt;
      if (!same) wrong.push(`${name}: ${JSON.stringify({ told, counted: meter.counters })}`);
    }

    expect(wrong).toEqual([]);
  });

  it('make the same batches each time, however small', { timeout: 180_000 }, async () => {
    for (const name of names.filter((_, i) => i % 20 === 0)) {
      const once = await meterRows(CAPTURES + name, { batchEvents: 7 });
      const again = await meterRows(CAPTURES + name, { batchEvents: 7, hashSeed: 1 });

      expect(again.batches, name).toEqual(once.batches);
    }
  });
});

interface Told {
  packets: number;
  opened: number;
  closed: number;
  names: number;
}

async function meterRows(
  path: string,
  options: { readonly batchEvents?: number; readonly hashSeed?: number } = {},
): Promise<{ rows: Told; batches: BatchEvents[]; meter: Meter }> {
  const told: Told = { packets: 0, opened: 0, closed: 0, names: 0 };
  const batches: BatchEvents[] = [];
  const meter = new Meter(options, (events) => {
    batches.push(events);
    for (let row = 0; row < events.length; row++) {
      told.packets += (events.packetsOut[row] as number) + (events.packetsIn[row] as number);
      const kind = events.kind[row];
      if (kind === EVENT_KIND.open || kind === EVENT_KIND.whole) told.opened++;
      if (kind === EVENT_KIND.close || kind === EVENT_KIND.whole) told.closed++;
      if (kind === EVENT_KIND.name) told.names++;
    }
  });
  await readCaptureFile(path, meter.packet);
  meter.finish();
  return { rows: told, batches, meter };
}
