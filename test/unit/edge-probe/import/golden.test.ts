import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ImportCommand } from '../../../../edge-probe/cli/command.ts';
import { parseCommandLine } from '../../../../edge-probe/cli/command-line.ts';
import { flowLines } from '../../../../edge-probe/cli/flow-line.ts';
import { runImport } from '../../../../edge-probe/cli/import-command.ts';
import { Meter } from '../../../../edge-probe/flow/meter.ts';
import { ImportRows } from '../../../../edge-probe/import/import-rows.ts';
import { NativeReader } from '../../../../edge-probe/import/native.ts';
import { ROOT } from '../../../../lib/paths.ts';
import { probeContext } from '../../../support/probe-context.ts';

const FIXTURES = join(ROOT, 'test/fixtures/import');
const FILES = [
  'suricata.json',
  'zeek-conn.log',
  'zeek-dns.log',
  'zeek-json.log',
  'cowrie.json',
  'vpc.log',
  'vpc-custom.log',
  'flows.ndjson',
];

async function importOf(file: string, ...flags: string[]) {
  const argv = ['import', join(FIXTURES, file), '--config', 'none', ...flags];
  const context = probeContext();
  const code = await runImport(parseCommandLine(argv, {}) as ImportCommand, context);
  const notes = context.said.notes.map((note) => note.replaceAll(`${FIXTURES}/`, ''));
  return { code, out: context.said.out, notes };
}

describe('an import', () => {
  it.each(FILES)('of %s makes the rows that were agreed on', async (file) => {
    const { code, out, notes } = await importOf(file, '--flows');
    const summary = await importOf(file, '--summary');

    const said = notes.map((note) => `# ${note}`).join('\n');
    const { file: _, ...counts } = JSON.parse(summary.out);
    const golden = `${out}${said}\n# ${JSON.stringify(counts)}\n`;
    await expect(golden).toMatchFileSnapshot(join(FIXTURES, `${file}.rows`));
    expect(code).toBe(0);
  });

  it('takes over nothing that was typed at a honeypot', async () => {
    const { out } = await importOf('cowrie.json', '--flows');

    expect(out).not.toMatch(/hunter2|123456|root|wget/);
  });

  it('reads again what it has printed, and makes the same of it', async () => {
    for (const file of FILES) {
      const first = await importOf(file, '--flows');
      let again = '';
      const meter = new Meter({ maxFlows: 1_000 }, (events) => {
        again += flowLines(events, { communityIdSeed: undefined });
      });
      const reader = new NativeReader(new ImportRows(meter.rows));
      for (const line of first.out.trim().split('\n')) reader.read(line);
      meter.finish();

      expect(again, file).toBe(first.out);
    }
  });

  it('accounts for every line', async () => {
    for (const file of FILES) {
      const { out } = await importOf(file, '--summary');
      const { lines, quiet, bad } = JSON.parse(out);
      const text = readFileSync(join(FIXTURES, file), 'utf8').trim();
      const left = [...Object.values(quiet), ...Object.values(bad)] as number[];

      expect(lines).toBe(text.split('\n').length);
      expect(left.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(lines);
    }
  });
});
