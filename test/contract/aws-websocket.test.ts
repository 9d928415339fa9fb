// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Fn::Sub.
import {
  ApiGatewayManagementApiClient,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import type { Json } from '../../local/template/json.ts';
import { eventually } from '../support/eventually.ts';
import { allow, get, writeAssembly } from '../support/local-assembly.ts';
import { newFolder } from '../support/local-pipeline.ts';

/** Denies Origin `evil`; posts back what it got: `echo` by its route, anything else by $default. */
const SOURCE = `
import { appendFileSync } from 'node:fs';
import { post } from './aws.mjs';
export async function handler(event) {
  const { routeKey, connectionId, disconnectStatusCode } = event.requestContext;
  if (routeKey === '$connect') return { statusCode: event.headers.Origin === 'http://evil' ? 403 : 200 };
  if (routeKey === '$disconnect') { appendFileSync(process.env.DIARY, connectionId + ' ' + disconnectStatusCode + '\\n'); return { statusCode: 200 }; }
  if (event.body === 'crash') throw new Error('crashed');
  await post(connectionId, JSON.stringify({ routeKey, connectionId, body: event.body }));
  return { statusCode: 200 };
}`;

const integration = 'Integration';
const route = (key: string): Json => ({
  Type: 'AWS::ApiGatewayV2::Route',
  Properties: {
    ApiId: { Ref: 'Api' },
    RouteKey: key,
    Target: { 'Fn::Sub': `integrations/\${${integration}}` },
  },
});

function assembly(diary: string): string {
  const resources = {
    Api: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: { ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.action' },
    },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Api' }, StageName: 'live' },
    },
    [integration]: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Api' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: get('Socket', 'Arn'),
      },
    },
    Connect: route('$connect'),
    Disconnect: route('$disconnect'),
    Echo: route('echo'),
    Default: route('$default'),
    Permission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: get('Socket', 'Arn'),
        Principal: 'apigateway.amazonaws.com',
        SourceArn: { 'Fn::Sub': 'arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*' },
      },
    },
  };
  const manage = allow('execute-api:ManageConnections', {
    'Fn::Sub': 'arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/live/*/@connections/*',
  });
  const functions = { Socket: { source: SOURCE, statements: [manage] } };
  return writeAssembly(resources, functions, {
    SOCKET_ENDPOINT: { Ref: 'SocketEndpoint' },
    DIARY: diary,
  });
}

// Source: API Gateway developer guide, WebSocket APIs: routes, @connections, quotas.
describe('a WebSocket API', () => {
  let runtime: Runtime;
  let management: ApiGatewayManagementApiClient;
  const diary = `${newFolder()}/diary`;

  beforeAll(async () => {
    runtime = await startRuntime({ assemblyDir: assembly(diary), dataDir: newFolder() });
    const apiId = runtime.outputs['Test']?.['Api'];
    management = new ApiGatewayManagementApiClient({
      endpoint: `${runtime.awsEndpoint}/_aws/execute-api/${apiId}/live`,
      region: runtime.region,
      maxAttempts: 1,
      credentials: { accessKeyId: 'local-admin', secretAccessKey: 'any' },
    });
  });
  afterAll(() => runtime.stop());

  async function connect(): Promise<{
    socket: WebSocket;
    next: () => Promise<Record<string, string>>;
    closed: Promise<number>;
  }> {
    const socket = new WebSocket(runtime.socketUrl);
    const messages: string[] = [];
    socket.on('message', (data) => messages.push(String(data)));
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const next = async () => {
      await eventually(
        () => messages.length,
        (count) => count > 0,
      );
      return JSON.parse(messages.shift() ?? '') as Record<string, string>;
    };
    return { socket, next, closed };
  }
  const post = (ConnectionId: string, bytes = 2) =>
    management.send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.alloc(bytes, 32) }));

  it.each([
    ['{"action":"echo"}', 'echo'],
    ['{"action":"other"}', '$default'],
    ['{"action":"$connect"}', '$default'],
    ['not json', '$default'],
    ['null', '$default'],
  ])('takes %s to the route %s', async (text, routeKey) => {
    const { socket, next } = await connect();
    socket.send(text);

    expect(await next()).toMatchObject({ routeKey, body: text });
    socket.close();
  });

  it('answers a handshake with the status the function gives', async () => {
    const socket = new WebSocket(runtime.socketUrl, { headers: { Origin: 'http://evil' } });

    const status = await new Promise((resolve) => {
      socket.once('unexpected-response', (_request, response) => resolve(response.statusCode));
    });

    expect(status).toBe(403);
  });

  it('tells the client of a failing function', async () => {
    const { socket, next } = await connect();
    socket.send('crash');

    expect(await next()).toMatchObject({ message: 'Internal server error' });
    socket.close();
  });

  it('closes with 1003 on binary and with 1009 above 128 KB, and takes 128 KB', async () => {
    const binary = await connect();
    binary.socket.send(Buffer.from('x'), { binary: true });
    const large = await connect();
    large.socket.send('x'.repeat(128 * 1024 + 1));
    const full = await connect();
    full.socket.send('x'.repeat(128 * 1024));
    full.socket.send('still here');

    expect(await binary.closed).toBe(1003);
    expect(await large.closed).toBe(1009);
    expect(await full.next()).toMatchObject({ body: 'still here' });
    full.socket.close();
  });

  it('answers 413, 410 and 400 for a message that is too long, a connection that is gone, and none at all', async () => {
    const { socket, next, closed } = await connect();
    socket.send('hello');
    const { connectionId = '' } = await next();

    await expect(post(connectionId, 128 * 1024 + 1)).rejects.toMatchObject({
      name: 'PayloadTooLargeException',
    });
    socket.close();
    await closed;
    await eventually(
      () => runtime.counters()['socket.open'],
      (open) => open === 0,
    );
    await expect(post(connectionId)).rejects.toMatchObject({ name: 'GoneException' });
    await expect(post('no-connection')).rejects.toMatchObject({ name: 'BadRequestException' });
  });

  it('tells the function when and how a connection was closed', async () => {
    const { readFileSync } = await import('node:fs');
    const { socket, next } = await connect();
    socket.send('hello');
    const { connectionId } = await next();
    socket.close(1000);

    await eventually(
      () => readFileSync(diary, 'utf8'),
      (text) => text.includes(`${connectionId} 1000`),
    );
  });
});

describe('connections of a WebSocket API', () => {
  it('are closed with 1001 when they were idle too long', async () => {
    const runtime = await startRuntime({
      assemblyDir: assembly(`${newFolder()}/diary`),
      dataDir: newFolder(),
      socketLimits: { idleMs: 1 },
    });
    try {
      const socket = new WebSocket(runtime.socketUrl);

      expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(1001);
    } finally {
      await runtime.stop();
    }
  });
});
