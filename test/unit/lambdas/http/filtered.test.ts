import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import type { Rendering } from '../../../../core/event/table.ts';
import type { SegmentPart } from '../../../../core/frame/messages.ts';
import { openBody } from '../../../../lambdas/segment-body.ts';
import { NOW } from '../batches.ts';
import { ask } from './ask.ts';
import { MemoryLogs } from './memory-logs.ts';

function logs(): MemoryLogs {
  const memory = new MemoryLogs();
  for (let n = 3; n > 0; n--) {
    memory.append('a', NOW - n * 1_000, [{ flow: 1 }, { flow: 2, from: '192.0.2.1' }, { flow: 3 }]);
  }
  return memory;
}

async function renderings(url: string): Promise<Rendering[]> {
  const answer = await ask(url, { logs: logs() });
  const { parts }: { readonly parts: readonly SegmentPart[] } = JSON.parse(answer.body);
  return parts.map(({ body }) => {
    const opened = openBody(Buffer.from(body, 'base64'));
    if (!opened.ok) throw new Error(opened.reason);
    return opened.value;
  });
}

function sumOf(found: readonly Rendering[], of: (one: Rendering) => number): number {
  return found.reduce((sum, one) => sum + of(one), 0);
}

describe.each(['/v1/segments?shard=a', '/v1/snapshot?minutes=5'])('filter on %s', (path) => {
  it.each([
    ['public', 'src:192.0.2.0/24'],
    ['operator', 'src:192.0.2.1'],
  ])('gives the %s the rows it lets through, and counts the others', async (audience, filter) => {
    const found = await renderings(`${path}&audience=${audience}&filter=${filter}`);

    for (const { table, audience: whose } of found) {
      expect([new Set(table.flow), whose]).toEqual([new Set([2]), audience]);
    }
    expect(sumOf(found, ({ table }) => table.length)).toBe(3);
    expect(sumOf(found, ({ filtered }) => filtered)).toBe(6);
  });

  it('leaves segments without a row in their place, so that a reader has no gap', async () => {
    const found = await renderings(`${path}&filter=country:JP`);

    expect(found.length).toBeGreaterThan(0);
    expect(sumOf(found, ({ table }) => table.length)).toBe(0);
    expect(sumOf(found, ({ filtered }) => filtered)).toBe(9);
  });

  it('is refused with the column where it is wrong', async () => {
    const answer = await ask(`${path}&filter=class:ssh%20port:x`);

    expect(answer.statusCode).toBe(400);
    expect(JSON.parse(answer.body).error).toMatchObject({
      code: 'bad-filter',
      message: expect.stringContaining('column 16'),
    });
  });
});
