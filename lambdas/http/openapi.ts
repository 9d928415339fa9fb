import { z } from 'zod';
import { PROBLEM } from './answers.ts';
import { NATIVE_EVENT } from './native-event.ts';
import type { Route } from './route.ts';

type Json = Readonly<Record<string, unknown>>;

/** Problems that any route may answer with. */
const PROBLEMS: Readonly<Record<string, string>> = {
  400: 'A parameter is not known or not allowed; the message says which one and what is.',
  401: 'The operator audience was asked for without a token.',
  403: 'The token is not the operator’s.',
  405: 'Only GET and HEAD are answered.',
  503: 'The store did not answer.',
};

/** The OpenAPI 3.1 document of routes, made from the schemas that they parse and answer by. */
export function openApiDocument(routes: readonly Route[]): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Skirmish HTTP API',
      version: '1',
      description:
        'What is hitting your sensors. The public audience needs no token and never gets addresses of sensors or home hosts; the operator audience needs the token.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(routes.map((route) => [openPath(route), { get: operation(route) }])),
    components: {
      securitySchemes: {
        operatorToken: {
          type: 'http',
          scheme: 'bearer',
          description: 'The token printed by the deployment, for audience=operator.',
        },
      },
      schemas: { Problem: schemaOf(PROBLEM), Event: schemaOf(NATIVE_EVENT) },
    },
  };
}

/** The JSON Schema (2020-12) of a zod schema’s output, without saying which JSON Schema it is. */
export function schemaOf(schema: z.ZodType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { unrepresentable: 'any' });
  return rest;
}

function openPath({ path }: Route): string {
  return path.replaceAll('+}', '}');
}

function operation(route: Route): Json {
  return {
    operationId: openPath(route)
      .replace(/^\/(v1\/)?/, '')
      .replace(/\W+(?=\w)/g, '-')
      .replace(/\W$/, ''),
    summary: route.summary,
    description: route.description,
    security: [{}, { operatorToken: [] }],
    parameters: Object.entries(route.parameters.shape).map(([name, schema]) =>
      parameter(route, name, schema as z.ZodType),
    ),
    responses: {
      200: {
        description: route.summary,
        ...(route.headers === undefined ? {} : { headers: headersOf(route.headers) }),
        content: Object.fromEntries(
          Object.entries(route.answers).map(([type, schema]) => [
            type,
            { schema: schemaOf(schema) },
          ]),
        ),
      },
      ...Object.fromEntries(
        Object.entries(PROBLEMS).map(([status, description]) => [status, problem(description)]),
      ),
    },
  };
}

function parameter(route: Route, name: string, schema: z.ZodType): Json {
  const isPlace = route.path.includes(`{${name}}`) || route.path.includes(`{${name}+}`);
  const { description, ...rest } = schemaOf(schema);
  return {
    name,
    in: isPlace ? 'path' : 'query',
    required: isPlace || !schema.safeParse(undefined).success,
    ...(description === undefined ? {} : { description }),
    schema: rest,
  };
}

function headersOf(headers: Readonly<Record<string, string>>): Json {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' } },
    ]),
  );
}

function problem(description: string): Json {
  const schema = { $ref: '#/components/schemas/Problem' };
  return { description, content: { 'application/json': { schema } } };
}
