import { deflateRawSync } from 'node:zlib';
import type { Audience, Rendering } from '../core/event/table.ts';
import { encodeRollup } from '../core/rollup/codec.ts';
import { foldMinutes } from '../core/rollup/fold.ts';
import { GRAINS, type Grain, periodStart } from '../core/rollup/period.ts';
import { CAPACITIES, emptyRollup, mergeRollup, type Rollup } from '../core/rollup/rollup.ts';
import { madeUpSegment } from './rollup-segments.ts';

/*
 * What rollups take at 1,000 flows a second on one shard: bytes of an item by grain and audience, write units, and how
 * many rows a core folds into all three grains. `npx tsx bench/rollup.ts`
 */
const FLOWS = 1_000;
const SECONDS = 600;
const WINDOW_S = 60;
const START = Date.UTC(2026, 10, 21, 8, 0, 30);
const AUDIENCES = ['operator', 'public'] as const;
const UNIT_BYTES = 1_024;

const segments = (audience: Audience): readonly Rendering[] =>
  Array.from({ length: SECONDS }, (_, second) =>
    madeUpSegment(audience, START + second * 1_000, { flows: FLOWS, seed: second + 1 }),
  );

const items = new Map<string, Rollup>();
let units = 0;
let foldMs = 0;
let rows = 0;
for (const audience of AUDIENCES) {
  const all = segments(audience);
  for (let from = 0; from < SECONDS; from += WINDOW_S) {
    const touched = new Set<string>();
    const began = process.cpuUsage();
    for (const [second, rendering] of all.slice(from, from + WINDOW_S).entries()) {
      rows += rendering.table.length;
      const minutes = foldMinutes(rendering, START + (from + second) * 1_000);
      for (const [start, minute] of minutes) {
        for (const grain of GRAINS) add(audience, { grain, start, minute, touched });
      }
    }
    foldMs += process.cpuUsage(began).user / 1_000;
    for (const key of touched) units += Math.ceil(sizeOf(items.get(key)) / UNIT_BYTES);
  }
}

function add(
  audience: Audience,
  one: {
    readonly grain: Grain;
    readonly start: number;
    readonly minute: Rollup;
    readonly touched: Set<string>;
  },
): void {
  const key = `${audience} ${one.grain} ${periodStart(one.grain, one.start)}`;
  const rollup = items.get(key) ?? emptyRollup();
  mergeRollup(rollup, one.minute, CAPACITIES[one.grain]);
  items.set(key, rollup);
  one.touched.add(key);
}

function sizeOf(rollup: Rollup | undefined): number {
  const sections = rollup === undefined ? [] : [...encodeRollup(rollup)];
  return sections.reduce((sum, [, bytes]) => sum + deflateRawSync(bytes).length, 0);
}

console.log(`${FLOWS} flows/s for ${SECONDS} s, one shard, windows of ${WINDOW_S} s`);
for (const audience of AUDIENCES) {
  for (const grain of GRAINS) {
    const of = [...items].filter(([key]) => key.startsWith(`${audience} ${grain} `));
    const [, largest] = of.reduce((a, b) => (sizeOf(a[1]) > sizeOf(b[1]) ? a : b));
    const parts = [...encodeRollup(largest)].map(
      ([section, bytes]) => `${section} ${deflateRawSync(bytes).length}`,
    );
    console.log(`${audience} ${grain}: ${sizeOf(largest)} bytes (${parts.join(', ')})`);
  }
}
console.log(`write units a second: ${(units / SECONDS).toFixed(2)}`);
console.log(`rows a second, folded into all grains: ${Math.round((rows / foldMs) * 1_000)}`);
