import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { asn, geo, intelligence, networks } from './enrichment-config.ts';

const stream = z.strictObject({
  /** `provisioned` costs about $11 a shard and month; `on-demand` about $29 a month and scales by itself. */
  mode: z.enum(['provisioned', 'on-demand']).default('provisioned'),
  /** Shards of a provisioned stream: 1 MB/s and 1,000 records/s each. */
  shards: z.int().min(1).max(500).default(1),
  /** How long Kinesis keeps records, hours: the longest outage of wrangle that loses nothing. */
  retentionHours: z.int().min(24).max(8760).default(24),
});

const reserved = z.int().min(1).max(1000).optional();

const schema = z.strictObject({
  /** Title of the page. */
  title: z.string().min(1).max(60).default('Skirmish'),
  stream: stream.prefault({}),
  /** Days that segments are kept. */
  segmentDays: z.int().min(1).max(365).default(7),
  /** Public sources: `mask` shows /24 and /48, `pseudonym` a name for a day, `none` no source at all. */
  publicSources: z.enum(['mask', 'pseudonym', 'none']).default('mask'),
  /** Publish traffic between hosts inside too, site to site. */
  publicInternal: z.boolean().default(false),
  /** How much later than operators the public sees everything, seconds. */
  publicDelaySeconds: z.int().min(0).max(86_400).default(0),
  /** Among how many networks of the geo database, at least, a sensor is hidden in public. */
  publicCellNetworks: z.int().min(1).max(1_000_000).default(4_096),
  /** `dbip` bundles DB-IP City Lite; `{ipv4, ipv6}` other .mmdb files; `none` locates nothing but counts it. */
  geo: geo.default('dbip'),
  /** Who announces an address: `bundled` data of ip-location-db, `{file}` a GeoLite2 ASN .mmdb, `none`. */
  asn: asn.default('bundled'),
  /** Where the operator's own addresses are: a list, or the name of a .json or .csv file with one. */
  networks: networks.default([]),
  /** Lists of addresses that are known for something: files, or https addresses that are fetched hourly. */
  intelligence: intelligence.default([]),
  /** Without one the map is drawn by maplibre-gl and no third party is asked. */
  mapboxToken: z.string().max(256).default(''),
  /** Other sites' origins that may call the HTTP API from a browser; `https://host[:port]`. */
  allowedOrigins: z
    .array(z.string().regex(/^https:\/\/[^/\s]+$/, 'an origin such as https://soc.example.com'))
    .max(20)
    .default([]),
  /** Gets an e-mail for every alarm. */
  alarmEmail: z.email().optional(),
  /** Keep the tables, stream and buckets when the stacks are destroyed. */
  retainData: z.boolean().default(false),
  /**
   * US dollars an hour that messages and their bytes to viewers may cost: with more viewers, frames come less often, up to
   * 10 s apart. 0 for no bound.
   */
  viewerBudgetPerHour: z.number().min(0).max(1_000).default(0.06),
  /** Milliseconds between two frames of a viewer, where the budget allows it. */
  tickMs: z.int().min(500).max(10_000).default(1_000),
  /** Rows above which a public frame folds rows into weighted ones: what keeps frames of busy sensors at a few KB. */
  frameRows: z.int().min(10).max(10_000).default(300),
  /** Concurrency set aside for a function; a new account has 10 in all and can reserve none. */
  reservedConcurrency: z
    .strictObject({
      wrangle: reserved,
      fanout: reserved,
      rollup: reserved,
      viewer: reserved,
      http: reserved,
    })
    .prefault({}),
});

/** What an operator may set in skirmish.config.json, with every default filled in. */
export type SkirmishConfig = z.output<typeof schema>;

/** The values before defaults: every one may be left out. */
export type SkirmishConfigInput = z.input<typeof schema>;

/** A configuration that cannot be used: which value, and what is allowed there. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Name of the optional configuration file at the root of the repository. */
export const CONFIG_FILE = 'skirmish.config.json';

/** Checks a configuration; throws ConfigError that names the path of every wrong value and what is allowed. */
export function parseConfig(value: unknown, source: string = CONFIG_FILE): SkirmishConfig {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues
    .flatMap((issue) => meant(issue))
    .map(({ path, message }) => `  ${pathOf(path)}: ${message}`);
  throw new ConfigError(`${source} has values that cannot be used:\n${lines.join('\n')}`);
}

/** Reads and checks the configuration file; defaults when there is none. */
export function readConfig(path: string): SkirmishConfig {
  const text = readIfPresent(path);
  if (text === undefined) return parseConfig({}, path);
  try {
    return parseConfig(JSON.parse(text), path);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Of a value that may be one of several things, what is wrong deepest inside it says which was meant. */
function meant(
  issue: z.core.$ZodIssue,
  within: readonly PropertyKey[] = [],
): readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] {
  const path = [...within, ...issue.path];
  const branches = issue.code === 'invalid_union' ? issue.errors : [];
  const inside = branches.find((issues) => issues.some((one) => one.path.length > 0));
  if (inside === undefined || issue.message !== 'Invalid input')
    return [{ path, message: issue.message }];
  return inside.flatMap((one) => meant(one, path));
}

function pathOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '(the whole file)';
  return path.reduce<string>(
    (text, key) =>
      typeof key === 'number'
        ? `${text}[${key}]`
        : text === ''
          ? String(key)
          : `${text}.${String(key)}`,
    '',
  );
}
