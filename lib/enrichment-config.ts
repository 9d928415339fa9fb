import { z } from 'zod';

const latitude = z.number().min(-90).max(90);
const longitude = z.number().min(-180).max(180);

/** One of the operator's own networks, in the configuration or in a file that it names. */
export const network = z.strictObject({
  /** CIDR of the operator's own addresses. */
  cidr: z.union([z.cidrv4(), z.cidrv6()], 'a CIDR such as 192.0.2.0/24 or 2001:db8::/32'),
  label: z.string().min(1).max(64),
  /** The site that it is at. */
  site: z.string().max(64).optional(),
  lat: latitude,
  lon: longitude,
  /** ISO 3166-1 alpha-2. */
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'two capital letters')
    .optional(),
  city: z.string().max(64).optional(),
});

/** One of the operator's own networks. */
export type Network = z.output<typeof network>;

/** Networks that a table may have. */
export const MAX_NETWORKS = 10_000;

/** The operator's networks: a list, or the name of a JSON or CSV file with one. */
export const networks = z.union([
  z.array(network).max(MAX_NETWORKS),
  z.string().regex(/\.(json|csv)$/, 'a list of networks, or the name of a .json or .csv file'),
]);

/** Databases of places. */
export const geo = z.union(
  [
    z.literal('dbip'),
    z.literal('none'),
    z.strictObject({ ipv4: z.string().min(1), ipv6: z.string().min(1) }),
  ],
  '"dbip", "none" or { "ipv4": "FILE.mmdb", "ipv6": "FILE.mmdb" }',
);

/** Database of autonomous systems. */
export const asn = z.union(
  [z.literal('bundled'), z.literal('none'), z.strictObject({ file: z.string().min(1) })],
  '"bundled", "none" or { "file": "FILE.mmdb" }',
);

const MAX_LISTS = 16;

const list = z
  .strictObject({
    /** What endpoints on the list are marked with. */
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,31}$/, 'up to 32 letters, digits, spaces and ._-')
      .refine((name) => name.toLowerCase() !== 'intelligence', {
        message: 'another name: the public is told this one of hosts on any list',
      }),
    /** The public may know the name; else it is only told that a host is on some list. */
    public: z.boolean().default(false),
    /** A file that is compiled into the bundle. */
    file: z.string().min(1).optional(),
    /** An address that is fetched when the function starts, and every hour. */
    url: z
      .string()
      .max(2_000)
      .regex(/^https:\/\/[^\s/@]+(\/\S*)?$/, 'an https address without a user')
      .optional(),
    format: z.enum(['plain', 'csv', 'stix']).default('plain'),
    /** Column of a CSV that has the addresses. */
    column: z.string().max(64).default(''),
    /** STIX indicators that say they are less sure than this are left out, 0…100. */
    confidence: z.int().min(0).max(100).default(0),
  })
  .refine(({ file, url }) => (file === undefined) !== (url === undefined), 'either file or url');

/** Lists of addresses that are known for something. */
export const intelligence = z
  .array(list)
  .max(MAX_LISTS)
  .refine((lists) => new Set(lists.map(({ name }) => name)).size === lists.length, {
    message: 'each list needs a name of its own',
  });
