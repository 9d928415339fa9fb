import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isInstalled } from './probe-peers.ts';

/** Bytes that flows take in some form, and how many they are divided by. */
export interface WireBytes {
  readonly captures: number;
  /** Flows by our meter. */
  readonly flows: number;
  /** Per flow: batches as a live probe ships them, at least one a second, and cut only where they are full. */
  readonly shipped: number;
  readonly shippedFull: number;
  /** Per flow: nfcapd files, plain and with their best compression; the full batches' rows as lines of JSON in gzip. */
  readonly nfcapd?: number;
  readonly nfcapdBzip2?: number;
  readonly gzipJson: number;
  /** Captures that nfpcapd does not read: their flows are left out of its figures. */
  readonly unread: readonly string[];
}

interface Told {
  readonly flows: number;
  readonly bytes: number;
}

const LIMIT_MS = 600_000;

/** Measures what the flows of the captures take, each capture read on its own; `meter` is the bundled probe-meter. */
export function wireBytes(meter: string, folder: string, captures: readonly string[]): WireBytes {
  const sealed = tell(meter, 'seal', captures);
  const full = tell(meter, 'full', captures);
  const json = tell(meter, 'json', captures);
  const perFlow = (bytes: number, flows: number): number => Number((bytes / flows).toFixed(1));
  const told = {
    captures: captures.length,
    flows: sealed.flows,
    shipped: perFlow(sealed.bytes, sealed.flows),
    shippedFull: perFlow(full.bytes, full.flows),
    gzipJson: perFlow(json.bytes, json.flows),
  };
  if (!isInstalled('nfpcapd')) return { ...told, unread: [] };
  const sizes = captures.map((capture) => nfcapdBytes(capture, folder));
  const unread = captures.filter((_, i) => sizes[i] === undefined);
  const read = captures.filter((_, i) => sizes[i] !== undefined);
  const { flows } = unread.length === 0 ? sealed : tell(meter, 'rows', read);
  return {
    ...told,
    nfcapd: perFlow(total(sizes.map((size) => size?.plain)), flows),
    nfcapdBzip2: perFlow(total(sizes.map((size) => size?.bzip2)), flows),
    unread,
  };
}

function tell(meter: string, mode: string, captures: readonly string[]): Told {
  const run = spawnSync(process.execPath, [meter, mode, ...captures], {
    encoding: 'utf8',
    timeout: LIMIT_MS,
    maxBuffer: 1 << 28,
  });
  if (run.status !== 0) throw new Error(`probe-meter ${mode} failed: ${run.stderr.slice(-300)}`);
  return JSON.parse(run.stdout) as Told;
}

/** Undefined when nfpcapd does not read the capture. */
function nfcapdBytes(
  capture: string,
  folder: string,
): { plain: number; bzip2: number } | undefined {
  const flows = join(folder, 'nfcapd');
  rmSync(flows, { recursive: true, force: true });
  mkdirSync(flows);
  const run = spawnSync('nfpcapd', ['-r', capture, '-w', flows], { timeout: LIMIT_MS });
  const plain = total(readdirSync(flows).map((name) => statSync(join(flows, name)).size));
  if (run.status !== 0 || plain === 0) return undefined;
  const packed = join(folder, 'nfcapd.bzip2');
  spawnSync('nfdump', ['-R', flows, '-w', packed, '-j'], { timeout: LIMIT_MS });
  return { plain, bzip2: statSync(packed).size };
}

function total(values: readonly (number | undefined)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}
