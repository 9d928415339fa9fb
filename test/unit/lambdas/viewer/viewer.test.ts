import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ServerMessage } from '../../../../core/frame/messages.ts';
import { parseServerMessage } from '../../../../core/frame/parse.ts';
import type { Posted } from '../../../../lambdas/aws/socket.ts';
import type { View } from '../../../../lambdas/aws/viewers.ts';
import { parseViewerEnv, type ViewerSettings } from '../../../../lambdas/viewer/env.ts';
import { socketEvent } from '../../../../lambdas/viewer/socket-event.ts';
import { type SocketEvent, takeSocketEvent } from '../../../../lambdas/viewer/viewer.ts';
import { NOW } from '../batches.ts';

const TOKEN = 'a long operator token';

function settings(more: Partial<ViewerSettings> = {}): ViewerSettings {
  return {
    viewersTable: 'viewers',
    socketEndpoint: 'http://127.0.0.1',
    operatorTokenSha256: createHash('sha256').update(TOKEN).digest('hex'),
    tickMs: 500,
    allowedOrigins: [],
    publicDelayMs: 0,
    ...more,
  };
}

class Desk {
  readonly rows = new Map<string, string>();
  readonly replies: ServerMessage[] = [];

  async take(
    event: Partial<SocketEvent>,
    more?: Partial<ViewerSettings>,
    answer: Posted = 'sent',
  ): Promise<number> {
    const ports = {
      viewers: {
        add: async (connection: string) => void this.rows.set(connection, 'none'),
        show: async (connection: string, { audience, filter }: View) =>
          void this.rows.set(connection, filter === '' ? audience : `${audience} ${filter}`),
        remove: async (connection: string) => void this.rows.delete(connection),
        inBucket: async () => [],
      },
      socket: {
        post: async (_: string, message: Uint8Array): Promise<Posted> => {
          const parsed = parseServerMessage(new TextDecoder().decode(message));
          if (!parsed.ok) throw new Error(parsed.detail);
          this.replies.push(parsed.value);
          return answer;
        },
      },
      now: () => NOW,
    };
    const whole: SocketEvent = {
      route: '$default',
      connection: 'c1',
      origin: undefined,
      body: undefined,
      binary: false,
      ...event,
    };
    return (await takeSocketEvent(whole, ports, settings(more))).statusCode;
  }
}

const view = (audience: string, token?: string): Partial<SocketEvent> => ({
  route: 'view',
  body: JSON.stringify({ action: 'view', audience, token }),
});

describe('takeSocketEvent', () => {
  it('keeps a row from connect to disconnect', async () => {
    const desk = new Desk();
    expect(await desk.take({ route: '$connect' })).toBe(200);
    expect([...desk.rows]).toEqual([['c1', 'none']]);
    expect(await desk.take({ route: '$disconnect' })).toBe(200);
    expect([...desk.rows]).toEqual([]);
  });

  it('lets in only the origins it was told, when it was told any', async () => {
    const desk = new Desk();
    const only = { allowedOrigins: ['https://map.example.org'] };
    const from = (origin: string | undefined) => desk.take({ route: '$connect', origin }, only);
    expect(await from('https://MAP.example.org')).toBe(200);
    expect(await from('https://evil.example.org')).toBe(403);
    expect(await from(undefined)).toBe(403);
  });

  it('shows the public audience to anyone', async () => {
    const desk = new Desk();
    expect(await desk.take(view('public'))).toBe(200);
    expect(desk.rows.get('c1')).toBe('public');
    expect(desk.replies).toEqual([{ type: 'view', audience: 'public', tickMs: 500 }]);
  });

  it('shows only what a filter lets through, and says the filter as it understood it', async () => {
    const desk = new Desk();
    const body = JSON.stringify({
      action: 'view',
      audience: 'public',
      filter: 'CLASS:ssh country:cn',
    });
    expect(await desk.take({ route: 'view', body })).toBe(200);
    const filter = 'class:ssh country:CN';
    expect(desk.rows.get('c1')).toBe(`public ${filter}`);
    expect(desk.replies).toEqual([{ type: 'view', audience: 'public', tickMs: 500, filter }]);
  });

  it.each([
    ['contry:CN', 1, 'did you mean country?'],
    ['class:ssh port:0', 16, 'port is a number from 1 to 65535'],
    ['x'.repeat(600), 513, 'at most 512 characters'],
  ])(
    'says what is wrong with the filter %s, and keeps the view there was',
    async (filter, column, words) => {
      const desk = new Desk();
      await desk.take(view('public'));
      const body = JSON.stringify({ action: 'view', audience: 'public', filter });
      expect(await desk.take({ route: 'view', body })).toBe(200);
      expect(desk.rows.get('c1')).toBe('public');
      expect(desk.replies.at(-1)).toMatchObject({ type: 'error', code: 'bad-filter', column });
      expect(desk.replies.at(-1)).toHaveProperty('message', expect.stringContaining(words));
    },
  );

  it('says how much later the public sees everything, and operators nothing of it', async () => {
    const desk = new Desk();
    const delayed = { publicDelayMs: 60_000 };
    await desk.take(view('public'), delayed);
    await desk.take(view('operator', TOKEN), delayed);
    expect(desk.replies).toEqual([
      { type: 'view', audience: 'public', tickMs: 500, delayMs: 60_000 },
      { type: 'view', audience: 'operator', tickMs: 500 },
    ]);
  });

  it('shows the operator audience to who has the token', async () => {
    const desk = new Desk();
    await desk.take(view('operator', TOKEN));
    expect(desk.rows.get('c1')).toBe('operator');
  });

  it.each([undefined, '', 'wrong', `${TOKEN} `])('forbids it with the token %j', async (token) => {
    const desk = new Desk();
    expect(await desk.take(view('operator', token))).toBe(200);
    expect(desk.rows.size).toBe(0);
    expect(desk.replies).toMatchObject([{ type: 'error', code: 'forbidden' }]);
  });

  it('forbids it to all when no token was set', async () => {
    const desk = new Desk();
    await desk.take(view('operator', ''), { operatorTokenSha256: '' });
    await desk.take(view('operator', TOKEN), { operatorTokenSha256: '' });
    expect(desk.rows.size).toBe(0);
  });

  it.each([
    ['bad-json', { body: 'hello' }],
    ['bad-json', { body: undefined }],
    ['bad-message', { body: '[]' }],
    ['bad-message', { body: '{"action":"view","audience":"all"}' }],
    ['bad-message', { body: '{"action":"view","audience":"public","filter":7}' }],
    ['bad-message', { body: 'AAAA', binary: true }],
    ['unknown-action', { body: '{"action":"subscribe"}' }],
    ['too-large', { body: 'x'.repeat(1_000_000) }],
  ])('answers %s and goes on', async (code, event) => {
    const desk = new Desk();
    expect(await desk.take(event)).toBe(200);
    expect(desk.replies).toMatchObject([{ type: 'error', code }]);
    expect(desk.replies[0]).toHaveProperty('message', expect.stringMatching(/\. .+\.$/));
  });

  it('removes a viewer that is gone before its answer', async () => {
    const desk = new Desk();
    await desk.take(view('public'), {}, 'gone');
    expect(desk.rows.size).toBe(0);
  });
});

describe('socketEvent', () => {
  it('finds the origin whatever its case', () => {
    const requestContext = { routeKey: '$connect', connectionId: 'c' };
    expect(socketEvent({ requestContext, headers: { Origin: 'https://a' } }).origin).toBe(
      'https://a',
    );
    expect(socketEvent({ requestContext, headers: { origin: 'https://b' } }).origin).toBe(
      'https://b',
    );
    expect(socketEvent({ requestContext, headers: null, body: null })).toMatchObject({
      origin: undefined,
      body: undefined,
      binary: false,
    });
  });
});

describe('parseViewerEnv', () => {
  const env = { VIEWERS_TABLE: 'v', SOCKET_ENDPOINT: 'http://x' };

  it('has defaults', () => {
    expect(parseViewerEnv(env)).toMatchObject({
      operatorTokenSha256: '',
      tickMs: 1000,
      allowedOrigins: [],
      publicDelayMs: 0,
    });
  });

  it('splits origins', () => {
    const origins = parseViewerEnv({ ...env, ALLOWED_ORIGINS: 'https://A.org, https://b.org,' });
    expect(origins.allowedOrigins).toEqual(['https://a.org', 'https://b.org']);
  });

  it.each([
    ['VIEWERS_TABLE', { SOCKET_ENDPOINT: 'x' }],
    ['OPERATOR_TOKEN_SHA256', { ...env, OPERATOR_TOKEN_SHA256: 'plain text' }],
    ['TICK_MS', { ...env, TICK_MS: 'soon' }],
  ])('names a wrong %s', (name, wrong) => {
    expect(() => parseViewerEnv(wrong)).toThrow(name);
  });
});
