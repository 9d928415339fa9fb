import { describe, expect, it } from 'vitest';
import { HTTP_PATHS } from '../../../../lambdas/http/env.ts';
import { answerHttp } from '../../../../lambdas/http/http.ts';
import { NOW } from '../batches.ts';
import { ask, portsOf } from './ask.ts';
import { MemoryLogs } from './memory-logs.ts';

function logs(): MemoryLogs {
  const memory = new MemoryLogs();
  memory.append('a', NOW - 1_000, [{}]);
  return memory;
}

const paths = HTTP_PATHS.map((path) =>
  path.replace('{endpoint+}', '203.0.113.0%2F24').replace('/v1/segments', '/v1/segments?shard=a'),
);
const and = (path: string, more: string): string => path + (path.includes('?') ? '&' : '?') + more;

async function refusal(url: string, how: Parameters<typeof ask>[1] = {}) {
  const answer = await ask(url, { logs: logs(), ...how });
  return { status: answer.statusCode, headers: answer.headers, ...JSON.parse(answer.body).error };
}

describe.each(paths)('bad input to %s', (path) => {
  it('is a parameter that there is not', async () => {
    expect(await refusal(and(path, 'audiance=public'))).toMatchObject({
      status: 400,
      code: 'unknown-parameter',
      message: 'There is no parameter "audiance" here. Did you mean audience?',
    });
    const long = await refusal(and(path, `${'q'.repeat(5_000)}=1`));
    expect(long).toMatchObject({ status: 400, code: 'unknown-parameter' });
    expect(long.message.length).toBeLessThan(300);
  });

  it('is a parameter that every object has', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(await refusal(and(path, `${name}=1`))).toMatchObject({ status: 400 });
    }
  });

  it('is an audience that there is not, or a token that is not the operator’s', async () => {
    expect(await refusal(and(path, 'audience=Operator'))).toMatchObject({ status: 400 });
    const [pathname = '', search = ''] = path.split('?');
    for (const authorization of [
      '',
      'Bearer',
      'Bearer x',
      'Basic YTpi',
      `Bearer ${'x'.repeat(9e3)}`,
    ]) {
      const request = {
        method: 'GET',
        path: pathname,
        query: { ...Object.fromEntries(new URLSearchParams(search)), audience: 'operator' },
        headers: { authorization },
      };
      const answer = await answerHttp(request, portsOf(logs()), 'ab'.repeat(32));
      expect([401, 403]).toContain(answer.statusCode);
      expect(answer.headers['cache-control']).toBe('no-store');
    }
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'get', ''])(
    'is the method %s, and says what is allowed',
    async (method) => {
      const found = await refusal(path, { method });

      expect(found).toMatchObject({ status: 405, code: 'method-not-allowed' });
      expect(found.headers.allow).toBe('GET, HEAD');
    },
  );
});

describe('bad paths', () => {
  it.each([
    '/',
    '/v1',
    '/v1/',
    '/v1/segments/',
    '/v1/endpoints/',
    '/v1/Status',
    '/v1/../v1/status/x',
    '/v1/segments%00',
    `/v1/${'x'.repeat(8_000)}`,
    '/constructor',
    '/%E0%A4%A',
  ])('%s is not found', async (path) => {
    const request = { method: 'GET', path, query: {}, headers: {} };
    const answer = await answerHttp(request, portsOf(logs()), '');

    expect(answer.statusCode).toBe(404);
    expect(answer.body.length).toBeLessThan(1_000);
    expect(JSON.parse(answer.body).error.message).toContain('/v1/status');
  });
});
