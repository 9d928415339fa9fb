import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { HTTP_PATHS, type HttpPath } from '../../../../lambdas/http/env.ts';
import { apiDocument } from '../../../../lambdas/http/routes.ts';
import { NOW } from '../batches.ts';
import { ask } from './ask.ts';
import { MemoryLogs } from './memory-logs.ts';

const DOCUMENT = apiDocument();
const FILE = new URL('../../../../docs/openapi.json', import.meta.url);

/** A request of each path whose answer is not empty. */
const EXAMPLES: Readonly<Record<HttpPath, string>> = {
  '/v1/segments': '/v1/segments?shard=a',
  '/v1/snapshot': '/v1/snapshot',
  '/v1/events': '/v1/events',
  '/v1/endpoints/{endpoint+}': '/v1/endpoints/203.0.113.0/24',
  '/v1/rollups': '/v1/rollups?by=network',
  '/v1/campaigns': '/v1/campaigns',
  '/v1/graph': '/v1/graph',
  '/v1/status': '/v1/status',
  '/v1/openapi.json': '/v1/openapi.json',
  '/metrics': '/metrics',
};

function logs(): MemoryLogs {
  const memory = new MemoryLogs();
  memory.append('a', NOW - 2_000, [{}, { kind: 9, columns: { behaviour: 1, evidence: 20 } }]);
  return memory;
}

const AJV = new Ajv2020({ strict: false, validateFormats: false });
AJV.addSchema(JSON.parse(JSON.stringify(DOCUMENT)), 'api');

/** Whether a body is what the document says of a path's answers, else why not. */
function check(body: unknown, path: string, status: number, type: string): true | string {
  const place = [path.replace('+}', '}'), 'get', 'responses', status, 'content', type, 'schema'];
  const pointer = place.map((part) => String(part).replaceAll('/', '~1')).map(encodeURIComponent);
  const validate = AJV.getSchema(`api#/paths/${pointer.join('/')}`);
  if (validate === undefined) return `the document says nothing of ${place.join(' ')}`;
  return validate(body) === true || AJV.errorsText(validate.errors);
}

describe('the OpenAPI document', () => {
  it('is valid by the schema of OpenAPI 3.1', async () => {
    const result = await new Validator().validate(JSON.parse(JSON.stringify(DOCUMENT)));

    expect(result).toMatchObject({ valid: true });
  });

  it('is the one in docs/openapi.json; else run `npm run api:schema`', () => {
    expect(JSON.parse(readFileSync(FILE, 'utf8'))).toEqual(JSON.parse(JSON.stringify(DOCUMENT)));
  });

  it('is answered by the API', async () => {
    expect(JSON.parse((await ask('/v1/openapi.json')).body)).toEqual(
      JSON.parse(JSON.stringify(DOCUMENT)),
    );
  });

  it.each(HTTP_PATHS)('says of %s what it answers to either audience', async (path) => {
    for (const audience of ['public', 'operator']) {
      const url = `${EXAMPLES[path]}${EXAMPLES[path].includes('?') ? '&' : '?'}audience=${audience}`;
      const answer = await ask(url, { logs: logs() });

      expect(answer).toMatchObject({ statusCode: 200 });
      const type = (answer.headers['content-type'] ?? '').split(';')[0] as string;
      const body = type === 'application/json' ? JSON.parse(answer.body) : answer.body;
      expect(check(body, path, 200, type)).toBe(true);
    }
  });

  it('says what a refusal looks like', async () => {
    const answer = await ask('/v1/status?minuets=3');

    expect(answer.statusCode).toBe(400);
    const body = JSON.parse(answer.body);
    expect(check(body, '/v1/status', 400, 'application/json')).toBe(true);
    expect(check({ error: 'no' }, '/v1/status', 400, 'application/json')).not.toBe(true);
  });
});
