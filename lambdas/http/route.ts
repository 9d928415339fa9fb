import { z } from 'zod';
import type { Audience } from '../../core/event/table.ts';
import type { HttpPath } from './env.ts';
import { AUDIENCE, parseParameters } from './parameters.ts';
import type { HttpPorts } from './ports.ts';
import type { Problem } from './request.ts';

/** How long answers for the public may be kept; those for operators never are. */
export const CACHE = {
  /** Segments never change: what was cut off before the head says the same tomorrow. */
  forever: 'public, max-age=3600, immutable',
  /** Browsers ask again each time, the CDN shields the store. */
  head: 'public, max-age=0, s-maxage=1',
  /** Dear to make, and a page fetches what was appended since in any case. */
  snapshot: 'public, max-age=0, s-maxage=5',
  /** Sums over many segments: dear to make, and no one looks for what a second adds. */
  sums: 'public, max-age=5, s-maxage=10',
  /** What changes with a deployment only. */
  deployment: 'public, max-age=300',
} as const;

/** Header of where a client goes on at once: the answer was cut at its size or its work. */
export const NEXT = 'skirmish-next';

/** A request whose audience and parameters have been checked. */
export interface Call<P> {
  readonly audience: Audience;
  readonly parameters: P;
}

/** A request that was answered. */
export interface Routed {
  /** What becomes JSON; a text when `type` is not JSON. */
  readonly answer: unknown;
  /** One of the route's media types; the first when not given. */
  readonly type?: string;
  /** One of CACHE; answers for operators are never kept whatever it says. */
  readonly cacheControl: string;
  /** Headers that the route tells of. NEXT is where the next request goes on; without it there is no more for now. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * One path of the API: what the OpenAPI document says of it, and who answers.
 *
 * A new route is: its path in HTTP_PATHS (env.ts; the stack makes the gateway's route from it), a file that exports a
 * `Route` made by `defineRoute`, and a line in ROUTES (routes.ts; the types say when it is missing). What a handler needs
 * goes into HttpPorts (ports.ts), and is made in handler.ts.
 *
 * ```ts
 * export const THINGS = defineRoute({
 *   path: '/v1/things/{name}',
 *   summary: 'Things of a name',
 *   description: 'One paragraph for who reads the API’s document.',
 *   parameters: { name: shardText(), limit: wholeNumber({ min: 1, max: 100, fallback: 10 }).describe('…') },
 *   answers: { 'application/json': z.object({ … }) satisfies z.ZodType<ThingsAnswer> },
 *   handle: async ({ audience, parameters }, ports) => ({ answer, cacheControl: CACHE.head }),
 * });
 * ```
 */
export interface Route {
  readonly path: HttpPath;
  readonly summary: string;
  readonly description: string;
  /** By name, `audience` included; names in braces in `path` are taken from the path, others from the query. */
  readonly parameters: z.ZodObject;
  /** Schema of the answer by media type; z.string() for what is not JSON. The first is the usual one. */
  readonly answers: Readonly<Record<string, z.ZodType>>;
  /** Headers that its answers may have beside the usual ones, and what they say. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Answers `texts`, parameters by name as they came. */
  answer(
    texts: Readonly<Record<string, string | undefined>>,
    audience: Audience,
    ports: HttpPorts,
  ): Promise<Routed | Problem>;
}

/** What a file of a route tells. */
export interface RouteDefinition<P extends z.ZodRawShape>
  extends Pick<Route, 'path' | 'summary' | 'description' | 'answers' | 'headers'> {
  /** Without `audience`, which every route has. Make them with parameters.ts, so that errors say what is allowed. */
  readonly parameters: P;
  handle(call: Call<z.output<z.ZodObject<P>>>, ports: HttpPorts): Promise<Routed | Problem>;
}

/** Makes a route: its handler is only called with parameters that its schema allows. */
export function defineRoute<P extends z.ZodRawShape>(definition: RouteDefinition<P>): Route {
  const { parameters, handle, ...told } = definition;
  const own: z.ZodObject<P> = z.strictObject(parameters);
  return {
    ...told,
    parameters: z.strictObject({ audience: AUDIENCE, ...parameters }),
    answer: async (texts, audience, ports) => {
      const parsed = parseParameters(own, texts);
      return 'problem' in parsed ? parsed : handle({ audience, parameters: parsed.value }, ports);
    },
  };
}
