import { type ParseArgsConfig, parseArgs } from 'node:util';
import { z } from 'zod';
import { usageError } from './command-error.ts';

/** A sensor to enrol: what the registry holds about it besides its key. */
export interface SensorDraft {
  readonly probe: string;
  readonly site: string;
  readonly lat: number;
  readonly lon: number;
  /** Where the public is to see it; without one, somewhere in a region that hides it. */
  readonly publicAt?: { readonly lat: number; readonly lon: number } | undefined;
  /** CIDRs of its home networks. */
  readonly home: readonly string[];
}

/** Flags that describe a sensor, for parseArgs. */
export const SENSOR_FLAGS = {
  probe: { type: 'string' },
  site: { type: 'string' },
  lat: { type: 'string' },
  lon: { type: 'string' },
  'public-at': { type: 'string' },
  home: { type: 'string', multiple: true },
} as const;

/** One line a flag, for --help. */
export const SENSOR_HELP = `  --probe ID      name of the probe: a-z, 0-9 and -, at most 64
  --site LABEL    what the public sees as its place, e.g. "Frankfurt"
  --lat N         latitude of the site, degrees; in the south --lat=-33.9
  --lon N         longitude of the site, degrees
  --home CIDR     a network behind the sensor; give it once for each, or with commas
  --public-at LAT,LON
                  shows the site there to the public, exactly; without it, at a
                  point of a region that hides it among thousands of networks`;

/** What the flags said, as text; what was not given is missing. */
export type SensorAnswers = Readonly<
  Partial<
    Record<'probe' | 'site' | 'lat' | 'lon' | 'public-at', string> & { home: readonly string[] }
  >
>;

/** fc00::/7 is private as a whole. */
const WIDEST_HOME = 7;
const PUBLIC_AT = 'a latitude and a longitude in degrees, such as 52.52,13.40';

const degrees = (limit: number): z.ZodType<number> =>
  z
    .string()
    .trim()
    .regex(/^[+-]?\d+(\.\d+)?$/, `a number of degrees from -${limit} to ${limit}`)
    .transform(Number)
    .refine((value) => Math.abs(value) <= limit, `a number of degrees from -${limit} to ${limit}`);

const publicAt = z
  .string()
  .trim()
  .regex(/^[+-]?\d+(\.\d+)?,\s*[+-]?\d+(\.\d+)?$/, PUBLIC_AT)
  .transform((text) => text.split(',').map(Number))
  .refine(([lat = 91, lon = 181]) => Math.abs(lat) <= 90 && Math.abs(lon) <= 180, PUBLIC_AT)
  .transform(([lat = 0, lon = 0]) => ({ lat, lon }));

const schema = z.object({
  probe: z.string().regex(/^[a-z0-9-]{1,64}$/, 'a-z, 0-9 and -, at most 64 characters'),
  site: z.string().trim().min(1, 'a label, e.g. Frankfurt').max(64, 'at most 64 characters'),
  lat: degrees(90),
  lon: degrees(180),
  'public-at': publicAt.optional(),
  home: z
    .array(
      z
        .union([z.cidrv4(), z.cidrv6()], 'a CIDR such as 192.0.2.0/24 or 2001:db8::/32')
        // With the whole internet at home nobody would be outside, and nothing of any sensor public.
        .refine((cidr) => Number(cidr.split('/')[1]) >= WIDEST_HOME, {
          message: `networks of your own, of /${WIDEST_HOME} at the widest`,
        }),
    )
    .min(1, 'at least one CIDR'),
});

/** Checks a sensor; throws an error that names each wrong or missing flag and what it takes. */
export function parseSensor(answers: SensorAnswers): SensorDraft {
  const parsed = schema.safeParse({
    ...answers,
    home: answers.home?.flatMap((text) => text.split(',')).map((text) => text.trim()),
  });
  if (parsed.success) {
    const { 'public-at': shownAt, ...sensor } = parsed.data;
    return shownAt === undefined ? sensor : { ...sensor, publicAt: shownAt };
  }
  const lines = parsed.error.issues.map(({ path, message }) => {
    const flag = String(path[0]) as keyof SensorAnswers;
    return answers[flag] === undefined
      ? `  --${flag} is missing`
      : `  --${flag} '${answers[flag]}': use ${message}`;
  });
  throw usageError(`The sensor cannot be enrolled like this:\n${[...new Set(lines)].join('\n')}`);
}

/** Splits a command line into flags; throws an error that names the flag that does not exist. */
export function parseFlags<const T extends ParseArgsConfig>(
  config: T,
): ReturnType<typeof parseArgs<T>>['values'] {
  try {
    return parseArgs(config).values;
  } catch (error) {
    throw usageError((error as Error).message);
  }
}
