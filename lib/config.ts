import { readFileSync } from 'node:fs';
import { z } from 'zod';

const latitude = z.number().min(-90).max(90);
const longitude = z.number().min(-180).max(180);

const network = z.strictObject({
  /** CIDR of the operator's own addresses. */
  cidr: z.union([z.cidrv4(), z.cidrv6()], 'a CIDR such as 192.0.2.0/24 or 2001:db8::/32'),
  label: z.string().min(1).max(64),
  lat: latitude,
  lon: longitude,
  /** ISO 3166-1 alpha-2. */
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'two capital letters')
    .optional(),
  city: z.string().max(64).optional(),
});

const stream = z.strictObject({
  /** `provisioned` costs about $11 a shard and month; `on-demand` about $29 a month and scales by itself. */
  mode: z.enum(['provisioned', 'on-demand']).default('provisioned'),
  /** Shards of a provisioned stream: 1 MB/s and 1,000 records/s each. */
  shards: z.int().min(1).max(500).default(1),
  /** How long Kinesis keeps records, hours: the longest outage of wrangle that loses nothing. */
  retentionHours: z.int().min(24).max(8760).default(24),
});

const geo = z.union(
  [
    z.literal('dbip'),
    z.literal('none'),
    z.strictObject({ ipv4: z.string().min(1), ipv6: z.string().min(1) }),
  ],
  '"dbip", "none" or { "ipv4": "FILE.mmdb", "ipv6": "FILE.mmdb" }',
);

const reserved = z.int().min(1).max(1000).optional();

/** Lambda allows 4 KB of environment; the network table may take this much of it. */
const NETWORKS_JSON_BYTES = 3_000;

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
  /** Among how many networks of the geo database, at least, a sensor is hidden in public. */
  publicCellNetworks: z.int().min(1).max(1_000_000).default(4_096),
  /** `dbip` bundles DB-IP City Lite; `{ipv4, ipv6}` other .mmdb files; `none` locates nothing but counts it. */
  geo: geo.default('dbip'),
  networks: z
    .array(network)
    .max(100)
    .refine((list) => Buffer.byteLength(JSON.stringify(list)) <= NETWORKS_JSON_BYTES, {
      message: `at most ${NETWORKS_JSON_BYTES} bytes of JSON: a function's environment holds 4 KB`,
    })
    .default([]),
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
  /** Milliseconds between two frames of a viewer. */
  tickMs: z.int().min(500).max(10_000).default(1_000),
  /** Concurrency set aside for a function; a new account has 10 in all and can reserve none. */
  reservedConcurrency: z
    .strictObject({ wrangle: reserved, fanout: reserved, viewer: reserved, http: reserved })
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
  const lines = parsed.error.issues.map((issue) => `  ${pathOf(issue.path)}: ${issue.message}`);
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
