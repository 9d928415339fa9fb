import { describe, expect, it } from 'vitest';
import { seededRandom } from '../support/random.ts';
import { NOW } from '../unit/lambdas/batches.ts';
import { ask } from '../unit/lambdas/http/ask.ts';
import { MemoryLogs } from '../unit/lambdas/http/memory-logs.ts';
import { REQUESTS } from './http-targets.ts';
import { Mutator } from './mutator.ts';

const REQUESTED = Number(process.env['FUZZ_ANSWERS'] ?? 1_000);
const STATUSES = [200, 400, 401, 404];

describe('changed requests', () => {
  it(`get an answer that says what it is, ${REQUESTED} of them`, async () => {
    const logs = new MemoryLogs();
    for (const shard of ['shardId-000000000000', 'b']) {
      for (let n = 5; n > 0; n--) logs.append(shard, NOW - n * 60_000, [{}, { kind: 9 }]);
    }
    const mutator = new Mutator(seededRandom(20_261), 512);
    const seeds = REQUESTS.map((request) => Buffer.from(request));
    const input = new Uint8Array(512);
    const found = new Map<number, number>();
    for (let n = 0; n < REQUESTED; n++) {
      const url = Buffer.from(input.subarray(0, mutator.mutate(seeds, input))).toString('latin1');
      const { statusCode, body, headers } = await ask(`/${url.replace(/^\/+/, '')}`, { logs });

      found.set(statusCode, (found.get(statusCode) ?? 0) + 1);
      expect(STATUSES).toContain(statusCode);
      expect(headers['content-type']).toMatch(/^(application\/|text\/)/);
      if (statusCode !== 200) expect(JSON.parse(body).error.message).toMatch(/ .+[.?]$/s);
    }

    expect(found.get(200)).toBeGreaterThan(REQUESTED / 100);
    expect(found.get(400)).toBeGreaterThan(REQUESTED / 10);
  });
});
