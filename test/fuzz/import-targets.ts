import { readFileSync } from 'node:fs';
import { Meter } from '../../edge-probe/flow/meter.ts';
import { ImportRows } from '../../edge-probe/import/import-rows.ts';
import { Importer } from '../../edge-probe/import/importer.ts';
import { IMPORT_FORMATS, type ImportFormat } from '../../edge-probe/import/line-reader.ts';
import { LineSplitter } from '../../edge-probe/import/line-splitter.ts';
import { Readers } from '../../edge-probe/import/readers.ts';
import type { Target } from './target.ts';

const FIXTURES = new URL('../fixtures/import/', import.meta.url);
/** Bytes before a seed is cut: of tables the first lines, which name the columns. */
const SEED_BYTES = 1_900;
const SEEDS: Readonly<Record<ImportFormat, readonly string[]>> = {
  suricata: ['suricata.json'],
  zeek: ['zeek-conn.log', 'zeek-dns.log', 'zeek-json.log'],
  cowrie: ['cowrie.json'],
  vpc: ['vpc.log', 'vpc-custom.log'],
  ndjson: ['flows.ndjson'],
};

/** Every importer, given lines of its format and of the others. */
export function importTargets(): Target[] {
  return IMPORT_FORMATS.map((format) => target(format));
}

function target(format: ImportFormat): Target {
  const own = SEEDS[format].flatMap((name) => seedsOf(name));
  const others = Object.values(SEEDS).flatMap(([name = '']) => seedsOf(name).slice(0, 1));
  let counted = 0;
  let sum = 0;
  const meter = new Meter({ maxFlows: 1_000 }, (events) => {
    for (let row = 0; row < events.length; row++) {
      const ports = (events.initiatorPort[row] as number) + (events.responderPort[row] as number);
      sum = (sum * 31 + ports + (events.bytesOut[row] as number)) % 0xffff_fffb;
    }
    counted += events.length;
  });
  return {
    name: `import-${format}`,
    share: 0.2,
    // A piece holds several lines, and each bad one is told.
    slowMs: 5,
    seeds: [...own, ...others],
    capacity: 2_048,
    run: (buffer, length) => {
      counted = 0;
      sum = 0;
      const rows = new ImportRows(meter.rows);
      const readers = new Readers(rows);
      let told = '';
      const importer = new Importer({
        format: buffer[0] === 0 ? undefined : format,
        rows,
        readerOf: (name) => readers.of(name),
        onBad: (line, { reason, column }) => {
          told += `${line}:${column} ${reason} `;
        },
      });
      const splitter = new LineSplitter(importer);
      splitter.push(buffer.subarray(0, length >> 1));
      splitter.push(buffer.subarray(length >> 1, length));
      splitter.end();
      importer.end();
      readers.finish();
      meter.cut();
      const { lines, quiet, bad } = importer.counts;
      return `${lines} ${counted} ${sum} ${told}${JSON.stringify([quiet, bad])}`;
    },
  };
}

/** Single lines, and the first of them together. */
function seedsOf(name: string): Uint8Array[] {
  const text = readFileSync(new URL(name, FIXTURES), 'utf8').trim();
  const head = text.slice(0, SEED_BYTES);
  return [head, ...text.split('\n')].map((seed) => Buffer.from(seed));
}
