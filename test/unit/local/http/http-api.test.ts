import { describe, expect, it } from 'vitest';
import type { ApiDefinition, Route } from '../../../../local/http/api-definition.ts';
import { HttpApi, matchRoute, type PublicRequest } from '../../../../local/http/http-api.ts';
import { gatewayTime } from '../../../../local/http/invoker.ts';

const route = (key: string): Route => ({ key, functionArn: `f:${key}`, permitted: true });
const REQUEST: PublicRequest = {
  method: 'GET',
  path: '/v1/segments',
  query: 'shard=a&shard=b&after=3',
  headers: { authorization: 'Bearer x' },
  body: Buffer.alloc(0),
  sourceIp: '127.0.0.1',
};
const API: ApiDefinition = {
  logicalId: 'Api',
  apiId: 'abcdefghij',
  protocol: 'HTTP',
  routeSelection: '',
  stage: '$default',
  ratePerSecond: 100,
  burst: 2,
  routes: [route('GET /v1/segments')],
};

function apiAnswering(payload: unknown, events: unknown[] = []): HttpApi {
  return new HttpApi(API, async (_, event) => {
    events.push(event);
    return { ok: true, payload: JSON.stringify(payload) };
  });
}

describe('matchRoute', () => {
  const routes = ['$default', 'ANY /v1/{proxy+}', 'GET /v1/{name}', 'GET /v1/status'].map(route);

  it.each([
    ['GET', '/v1/status', 'GET /v1/status'],
    ['GET', '/v1/other', 'GET /v1/{name}'],
    ['POST', '/v1/other', 'ANY /v1/{proxy+}'],
    ['GET', '/v1/a/b', 'ANY /v1/{proxy+}'],
    ['GET', '/elsewhere', '$default'],
  ])('takes %s %s to %s', (method, path, key) => {
    expect(matchRoute(routes, method, path)?.route.key).toBe(key);
  });

  it('gives the parameters of the path', () => {
    expect(matchRoute(routes, 'GET', '/v1/a/b')?.parameters).toEqual({ proxy: 'a/b' });
  });

  it('finds nothing without a default', () => {
    expect(matchRoute([route('GET /v1/status')], 'GET', '/v1/other')).toBeUndefined();
  });
});

describe('HttpApi', () => {
  it('sends payload format 2.0', async () => {
    const events: unknown[] = [];

    await apiAnswering({ statusCode: 200 }, events).answer(REQUEST);

    expect(events[0]).toMatchObject({
      version: '2.0',
      routeKey: 'GET /v1/segments',
      rawPath: '/v1/segments',
      rawQueryString: 'shard=a&shard=b&after=3',
      queryStringParameters: { shard: 'a,b', after: '3' },
      headers: {
        authorization: 'Bearer x',
        host: 'abcdefghij.execute-api.us-east-1.amazonaws.com',
      },
      requestContext: {
        http: { method: 'GET', path: '/v1/segments', sourceIp: '127.0.0.1' },
        stage: '$default',
      },
      isBase64Encoded: false,
    });
  });

  it('decodes a base64 body', async () => {
    const answer = await apiAnswering({
      statusCode: 201,
      body: 'AQI=',
      isBase64Encoded: true,
    }).answer(REQUEST);

    expect([answer.status, [...answer.body]]).toEqual([201, [1, 2]]);
  });

  it('takes an answer without a status code for a JSON body', async () => {
    const answer = await apiAnswering({ hello: 1 }).answer(REQUEST);

    expect([answer.status, answer.headers['content-type'], String(answer.body)]).toEqual([
      200,
      'application/json',
      '{"hello":1}',
    ]);
  });

  it('answers 500 when the function fails, 404 without a route, 429 above the stage’s rate', async () => {
    const api = new HttpApi(API, async () => ({
      ok: false,
      error: { errorType: 'E', errorMessage: 'm' },
    }));

    const answers = [
      await api.answer(REQUEST),
      await api.answer({ ...REQUEST, path: '/' }),
      await api.answer(REQUEST),
    ];

    expect(answers.map(({ status }) => status)).toEqual([500, 404, 429]);
  });

  it('answers 400 to a path whose encoding is malformed, and calls no function', async () => {
    const api = new HttpApi(API, () => expect.unreachable());

    expect((await api.answer({ ...REQUEST, path: '/v1/%E0%A4' })).status).toBe(400);
  });

  it('does not call a function that does not permit the API to', async () => {
    const denied = { ...API, routes: [{ ...route('GET /v1/segments'), permitted: false }] };
    const api = new HttpApi(denied, () => expect.unreachable());

    expect((await api.answer(REQUEST)).status).toBe(500);
  });
});

describe('gatewayTime', () => {
  it('writes the time as API Gateway does', () => {
    expect(gatewayTime(Date.UTC(2026, 10, 1, 9, 5, 7))).toBe('01/Nov/2026:09:05:07 +0000');
  });
});
