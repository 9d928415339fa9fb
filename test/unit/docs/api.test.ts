import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NOW } from '../lambdas/batches.ts';
import { ask } from '../lambdas/http/ask.ts';
import { MemoryLogs } from '../lambdas/http/memory-logs.ts';

const TEXT = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
const EXAMPLES = [...TEXT.matchAll(/^curl (.*)"\$SKIRMISH(\/[^"]*)"$/gm)];

describe('docs/api.md', () => {
  it.each(EXAMPLES.map(([, flags, path]) => [path as string, flags as string]))(
    'shows that %s is answered',
    async (path, flags) => {
      const logs = new MemoryLogs();
      logs.append('a', NOW - 1_000, [{}]);

      expect(path.includes('audience=operator')).toBe(flags.includes('$TOKEN'));
      expect(await ask(path, { logs })).toMatchObject({ statusCode: 200 });
    },
  );

  it('has examples, and shows an error as it is', async () => {
    expect(EXAMPLES.length).toBeGreaterThanOrEqual(8);
    const answer = await ask('/v1/events?filter=contry:CN');
    expect(TEXT).toContain(answer.body);
  });

  it('names every header of events', async () => {
    const openapi = JSON.parse((await ask('/v1/openapi.json')).body);
    const { headers } = openapi.paths['/v1/events'].get.responses[200];

    for (const name of Object.keys(headers)) expect(TEXT).toContain(`\`${name}\``);
  });
});
