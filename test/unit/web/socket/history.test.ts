import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../../../core/limits.ts';
import { encodeRendering } from '../../../../core/segment/rendering.ts';
import { parseConfig } from '../../../../web/src/config.ts';
import { parseSegments, parseSnapshot } from '../../../../web/src/socket/history.ts';
import { openPart } from '../../../../web/src/socket/inflate.ts';
import { takeOperatorToken, tokenInHash } from '../../../../web/src/socket/operator-token.ts';
import { renderingOf } from '../model/tables.ts';

const part = (bytes: Uint8Array | string) => ({
  shard: 's',
  number: 1,
  createdAt: 1,
  body: typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('base64'),
});

describe('openPart', () => {
  test('reads what wrangle packed', async () => {
    const rendering = renderingOf([{}, { kind: 'open' }]);

    const opened = await openPart(part(deflateRawSync(encodeRendering(rendering))));

    expect(opened).toEqual({ ok: true, value: rendering });
  });

  test.each([
    ['bad-base64', '***'],
    ['bad-deflate', Buffer.from('not deflate at all').toString('base64')],
    ['too-large', deflateRawSync(new Uint8Array(LIMITS.batchInflatedBytes + 1)).toString('base64')],
    ['bad-version', deflateRawSync(new Uint8Array([200, 0, 0])).toString('base64')],
  ])('gives %s as data', async (reason, body) => {
    expect(await openPart(part(body))).toMatchObject({ ok: false, reason });
  });
});

describe('answers of the history', () => {
  test('are taken when they are whole', () => {
    const snapshot = { cursor: { s: 3 }, parts: [part('')], omitted: 0, at: 5 };
    const segments = { shard: 's', parts: [part('')], head: 3, oldest: 1 };

    expect(parseSnapshot(snapshot)).toEqual(snapshot);
    expect(parseSegments(segments)).toEqual(segments);
  });

  test.each([
    null,
    [],
    {},
    { cursor: [], parts: [], at: 1 },
    { cursor: { s: 'x' }, parts: [], at: 1 },
    { cursor: {}, parts: [{}], at: 1 },
  ])('are refused when they are not: %j', (answer) => {
    expect(parseSnapshot(answer)).toBeUndefined();
    expect(parseSegments(answer)).toBeUndefined();
  });
});

describe('the operator’s token', () => {
  test('leaves the address at once and stays in the session', () => {
    const kept = new Map<string, string>();
    const session = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    const cleaned: string[] = [];
    const page = { hash: '#operator=s3cret', pathname: '/map', search: '?x=1' };

    const first = takeOperatorToken(page, session, (address) => cleaned.push(address));
    const second = takeOperatorToken({ ...page, hash: '' }, session, (address) =>
      cleaned.push(address),
    );

    expect([first, second]).toEqual(['s3cret', 's3cret']);
    expect(cleaned).toEqual(['/map?x=1']);
  });

  test('is not read from anything else', () => {
    expect(tokenInHash('')).toBeUndefined();
    expect(tokenInHash('#operator=')).toBeUndefined();
    expect(tokenInHash('#other=1')).toBeUndefined();
  });
});

describe('parseConfig', () => {
  const page = new URL('https://map.example/index.html');

  test('takes what is given and fills in the rest', () => {
    expect(
      parseConfig({ api: 'https://a/', socket: 'wss://b/live', mapboxToken: 7 }, page),
    ).toEqual({
      api: 'https://a',
      socket: 'wss://b/live',
      mapboxToken: '',
      title: 'Skirmish',
      delayMs: 0,
    });
    expect(parseConfig({ delayMs: 60_000 }, page).delayMs).toBe(60_000);
  });

  test('falls back to its own origin', () => {
    expect(parseConfig(null, page)).toMatchObject({ api: '', socket: 'wss://map.example/live' });
  });
});
