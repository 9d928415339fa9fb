import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { socketClient } from '../../../../lambdas/aws/clients.ts';
import { s3Quarantine } from '../../../../lambdas/aws/quarantine.ts';
import { managedSocket, type Posted } from '../../../../lambdas/aws/socket.ts';

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let server: Server;
let url = '';
let asked: Asked[] = [];
let answer: (response: ServerResponse) => void = (response) => response.end();

beforeEach(async () => {
  asked = [];
  server = createServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    asked.push({ method, url: path, headers, body: Buffer.concat(chunks).toString() });
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env['AWS_REGION'] = 'us-east-1';
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function fails(status: number, type: string): (response: ServerResponse) => void {
  return (response) => {
    response.writeHead(status, { 'x-amzn-errortype': type, 'content-type': 'application/json' });
    response.end('{"message":"no"}');
  };
}

describe('managedSocket', () => {
  async function post(): Promise<{ posted: Posted; errors: number }> {
    let errors = 0;
    const client = socketClient(`${url}/live`, 4);
    const socket = managedSocket(client, () => errors++);
    const posted = await socket.post('Abc=', new TextEncoder().encode('{"type":"frame"}'));
    client.destroy();
    return { posted, errors };
  }

  it('posts to a connection below the endpoint’s own path', async () => {
    answer = (response) => response.end();
    expect(await post()).toEqual({ posted: 'sent', errors: 0 });
    expect(asked).toMatchObject([
      { method: 'POST', url: '/live/@connections/Abc%3D', body: '{"type":"frame"}' },
    ]);
  });

  it.each([
    ['gone', 410, 'GoneException', 0],
    ['busy', 429, 'LimitExceededException', 1],
    ['busy', 500, 'InternalServerException', 1],
    ['refused', 413, 'PayloadTooLargeException', 1],
    ['refused', 403, 'ForbiddenException', 1],
  ])('takes %s from %i, after one attempt', async (posted, status, type, errors) => {
    answer = fails(status, type);
    expect(await post()).toEqual({ posted, errors });
    expect(asked).toHaveLength(1);
  });

  it('takes a broken connection for busy', async () => {
    answer = (response) => response.destroy();
    expect(await post()).toEqual({ posted: 'busy', errors: 1 });
  });
});

describe('s3Quarantine', () => {
  it('keeps the bytes under their reason, with what was wrong', async () => {
    answer = (response) => response.end();
    const client = new S3Client({ endpoint: url, forcePathStyle: true });

    await s3Quarantine(client, 'aside').put({
      shard: 'shardId-000000000000',
      sequence: '4959',
      probe: 'frankfurt',
      arrivedAt: 1_795_262_400_000,
      reason: 'bad-signature',
      detail: 'naïve\nprobe',
      bytes: new TextEncoder().encode('bytes'),
    });

    client.destroy();
    const [put] = asked;
    expect(put?.method).toBe('PUT');
    expect(put?.url).toMatch(
      /\/aside\/quarantine\/bad-signature\/frankfurt\/1795262400000-[0-9a-f]{24}\.bin/,
    );
    expect(put?.headers).toMatchObject({
      'x-amz-meta-reason': 'bad-signature',
      'x-amz-meta-sequence': '4959',
      'x-amz-meta-detail': 'na?ve?probe',
    });
    expect(put?.body).toContain('bytes');
  });

  it('throws when the bucket does not take it', async () => {
    answer = fails(403, 'AccessDenied');
    const client = new S3Client({ endpoint: url, forcePathStyle: true, maxAttempts: 1 });
    const put = s3Quarantine(client, 'aside').put({
      shard: 's',
      sequence: '1',
      probe: '',
      arrivedAt: 0,
      reason: 'bomb',
      detail: '',
      bytes: new Uint8Array(1),
    });
    await expect(put).rejects.toThrow();
    client.destroy();
  });
});
