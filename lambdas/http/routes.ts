import { z } from 'zod';
import { CAMPAIGNS } from './campaigns.ts';
import { ENDPOINTS } from './endpoints.ts';
import { HTTP_PATHS, type HttpPath } from './env.ts';
import { EVENTS } from './events.ts';
import { METRICS } from './exposition.ts';
import { GRAPH } from './graph.ts';
import { openApiDocument } from './openapi.ts';
import { ROLLUPS } from './rollups.ts';
import { CACHE, defineRoute, type Route } from './route.ts';
import { SEGMENTS } from './segments.ts';
import { SNAPSHOT } from './snapshot.ts';
import { STATUS } from './status.ts';

/** GET /v1/openapi.json: what is here. */
const OPENAPI = defineRoute({
  path: '/v1/openapi.json',
  summary: 'This document',
  description: 'The OpenAPI 3.1 document of the API, made from the schemas that its handlers use.',
  parameters: {},
  answers: { 'application/json': z.looseObject({ openapi: z.literal('3.1.0') }) },
  handle: async () => ({ answer: apiDocument(), cacheControl: CACHE.deployment }),
});

/** Who answers each path. */
export const ROUTES: Readonly<Record<HttpPath, Route>> = {
  '/v1/segments': SEGMENTS,
  '/v1/snapshot': SNAPSHOT,
  '/v1/events': EVENTS,
  '/v1/endpoints/{endpoint+}': ENDPOINTS,
  '/v1/rollups': ROLLUPS,
  '/v1/campaigns': CAMPAIGNS,
  '/v1/graph': GRAPH,
  '/v1/status': STATUS,
  '/v1/openapi.json': OPENAPI,
  '/metrics': METRICS,
};

/** The OpenAPI document of all routes. */
export function apiDocument(): ReturnType<typeof openApiDocument> {
  return openApiDocument(Object.values(ROUTES));
}

/** A route that a path leads to, with what stands in the places of its braces. */
export interface Found {
  readonly route: Route;
  readonly places: Readonly<Record<string, string>>;
}

/** The route of a path, undefined where there is none. Parts of a path may be percent-encoded. */
export function findRoute(path: string): Found | undefined {
  for (const { pattern, route } of PATTERNS) {
    const match = pattern.exec(path);
    if (match === null) continue;
    const places = Object.entries(match.groups ?? {});
    return {
      route,
      places: Object.fromEntries(places.map(([name, text]) => [name, decoded(text)])),
    };
  }
  return undefined;
}

const PATTERNS = HTTP_PATHS.map((path) => ({ route: ROUTES[path], pattern: patternOf(path) }));

function patternOf(path: HttpPath): RegExp {
  const source = path
    .replaceAll('.', '\\.')
    .replace(/\{(\w+)\+\}/g, '(?<$1>.+)')
    .replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return new RegExp(`^${source}$`);
}

/** API Gateway decodes some of what is percent-encoded; what is malformed stays as it came. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
