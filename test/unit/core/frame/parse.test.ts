import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseServerMessage, parseViewRequest } from '../../../../core/frame/parse.ts';
import { LIMITS } from '../../../../core/limits.ts';
import { SEED } from '../round-trip.ts';

const view = (fields: object): string => JSON.stringify({ action: 'view', ...fields });

describe('parseViewRequest', () => {
  it('takes a view with or without a token and leaves other fields out', () => {
    expect(parseViewRequest(view({ audience: 'public', more: 1 }))).toEqual({
      ok: true,
      value: { action: 'view', audience: 'public' },
    });
    expect(parseViewRequest(view({ audience: 'operator', token: 't' }))).toEqual({
      ok: true,
      value: { action: 'view', audience: 'operator', token: 't' },
    });
  });

  it.each([
    ['bad-json', 'hello'],
    ['bad-json', ''],
    ['bad-json', '{"action":"view"'],
    ['bad-message', '[]'],
    ['bad-message', 'null'],
    ['bad-message', '7'],
    ['unknown-action', '{}'],
    ['unknown-action', '{"action":"__proto__"}'],
    ['bad-message', view({})],
    ['bad-message', view({ audience: 'everyone' })],
    ['bad-message', view({ audience: 'operator', token: 7 })],
    ['bad-message', view({ audience: 'operator', token: 'x'.repeat(257) })],
    ['too-large', view({ audience: 'public', token: 'x'.repeat(LIMITS.viewerMessageBytes) })],
    ['too-large', `"${'例'.repeat(400)}"`],
    ['bad-json', '['.repeat(1000)],
  ])('says %s for %s', (reason, text) => {
    expect(parseViewRequest(text)).toMatchObject({ ok: false, reason });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        return typeof parseViewRequest(text).ok === 'boolean';
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });
});

const part = { shard: 'shardId-0', number: 3, createdAt: 5, body: 'AA==' };
const frame = { type: 'frame', shards: { 'shardId-0': [2, 3] }, parts: [part], at: 6 };

describe('parseServerMessage', () => {
  it.each([
    [frame],
    [{ ...frame, shards: {}, parts: [] }],
    [{ ...frame, parts: [{ ...part, from: 1 }], tickMs: 4_200 }],
    [{ type: 'view', audience: 'public', tickMs: 500 }],
    [{ type: 'error', code: 'forbidden', message: 'no' }],
  ])('takes %j', (message) => {
    expect(parseServerMessage(JSON.stringify(message))).toEqual({ ok: true, value: message });
  });

  it.each([
    ['bad-json', 'nope'],
    ['bad-message', '1'],
    ['bad-message', '{"type":"other"}'],
    ['bad-message', JSON.stringify({ ...frame, at: 'now' })],
    ['bad-message', JSON.stringify({ ...frame, shards: [] })],
    ['bad-message', JSON.stringify({ ...frame, shards: { a: [3, 2] } })],
    ['bad-message', JSON.stringify({ ...frame, shards: { a: [1, 2, 3] } })],
    ['bad-message', JSON.stringify({ ...frame, shards: { a: 'b' } })],
    ['bad-message', JSON.stringify({ ...frame, shards: { a: [-1, 2] } })],
    ['bad-message', JSON.stringify(frame).replace('"shardId-0":[', '"__proto__":[')],
    ['bad-message', JSON.stringify({ ...frame, parts: {} })],
    ['bad-message', JSON.stringify({ ...frame, parts: [null] })],
    ['bad-message', JSON.stringify({ ...frame, parts: [{ ...part, number: 0 }] })],
    ['bad-message', JSON.stringify({ ...frame, parts: [{ ...part, body: 1 }] })],
    ['bad-message', JSON.stringify({ ...frame, parts: [{ ...part, from: 3 }] })],
    ['bad-message', JSON.stringify({ ...frame, tickMs: 0 })],
    ['bad-message', JSON.stringify({ type: 'view', audience: 'x', tickMs: 500 })],
    ['bad-message', JSON.stringify({ type: 'view', audience: 'public', tickMs: 0 })],
    ['bad-message', JSON.stringify({ type: 'error', code: 'other', message: 'no' })],
    ['bad-message', JSON.stringify({ type: 'error', code: 'forbidden' })],
  ])('says %s for %s', (reason, text) => {
    expect(parseServerMessage(text)).toMatchObject({ ok: false, reason });
  });
});
