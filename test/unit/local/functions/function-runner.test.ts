import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { FunctionDefinition } from '../../../../local/functions/definition.ts';
import { FunctionRunner } from '../../../../local/functions/function-runner.ts';
import { Meter } from '../../../../local/meter.ts';

const runners: FunctionRunner[] = [];
afterEach(() => Promise.all(runners.splice(0).map((runner) => runner.stop())));

function runnerOf(source: string, more: Partial<FunctionDefinition> = {}) {
  const codeDir = mkdtempSync(join(tmpdir(), 'function-'));
  writeFileSync(join(codeDir, 'index.mjs'), source);
  const lines: string[] = [];
  const meter = new Meter();
  const logPath = join(codeDir, 'function.log');
  const definition: FunctionDefinition = {
    logicalId: 'Fn',
    name: 'test-fn',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:test-fn',
    codeDir,
    handler: 'index.handler',
    memoryMb: 128,
    timeoutMs: 5_000,
    reservedConcurrency: undefined,
    identity: 'fn-Fn',
    environment: { COLOUR: 'blue' },
    ...more,
  };
  const runner = new FunctionRunner(definition, {
    awsEndpoint: 'http://127.0.0.1:1',
    logPath,
    meter,
    log: (line) => lines.push(line),
  });
  runners.push(runner);
  return { runner, lines, meter, logPath };
}

describe('FunctionRunner', () => {
  it('gives event and context, and the answer back', async () => {
    const { runner } = runnerOf(`export const handler = async (event, context) => ({
      event, name: context.functionName, left: context.getRemainingTimeInMillis() > 1000,
    });`);

    expect(await runner.invoke({ a: 1 })).toEqual({
      ok: true,
      payload: '{"event":{"a":1},"name":"test-fn","left":true}',
    });
  });

  it('gives a function its own environment and nothing of this machine', async () => {
    const { runner } = runnerOf('export const handler = async () => process.env;');

    const outcome = await runner.invoke({});

    const env = JSON.parse(outcome.ok ? outcome.payload : '{}');
    expect(env).toMatchObject({
      COLOUR: 'blue',
      AWS_ACCESS_KEY_ID: 'fn-Fn',
      AWS_REGION: 'us-east-1',
    });
    expect(env).not.toHaveProperty('HOME');
    expect(env).not.toHaveProperty('VITEST');
  });

  it('tells a thrown error as Lambda does, counts it and keeps what was printed', async () => {
    const { runner, lines, meter, logPath } = runnerOf(`export const handler = async () => {
      console.log('about to fail');
      throw new RangeError('too much');
    };`);

    const outcome = await runner.invoke({});

    expect(outcome).toMatchObject({
      ok: false,
      error: { errorType: 'RangeError', errorMessage: 'too much' },
    });
    expect(meter.get('lambda.Fn.errors')).toBe(1);
    expect(lines[0]).toContain('Fn failed: RangeError: too much');
    expect(readFileSync(logPath, 'utf8')).toContain('about to fail');
  });

  it('ends an invocation that takes too long, and runs the next one', async () => {
    const { runner } = runnerOf(
      'export const handler = async ({ hang }) => hang ? new Promise(() => setInterval(() => {}, 1000)) : 1;',
      { timeoutMs: 300 },
    );

    const late = await runner.invoke({ hang: true });

    expect(late).toMatchObject({
      ok: false,
      error: { errorMessage: 'Task timed out after 0.30 seconds' },
    });
    expect(await runner.invoke({})).toEqual({ ok: true, payload: '1' });
  });

  it('starts a new process after a crash', async () => {
    const { runner } = runnerOf(
      'export const handler = async ({ crash }) => { if (crash) process.exit(7); return 1; };',
    );

    const crashed = await runner.invoke({ crash: true });

    expect(crashed).toMatchObject({
      ok: false,
      error: { errorMessage: 'Runtime exited with error: exit status 7' },
    });
    expect(await runner.invoke({})).toEqual({ ok: true, payload: '1' });
  });

  it('says why a bundle cannot be loaded', async () => {
    const { runner } = runnerOf("throw new Error('no table name');");

    expect(await runner.invoke({})).toMatchObject({
      ok: false,
      error: { errorMessage: 'no table name' },
    });
  });

  it('refuses an answer above 6 MB', async () => {
    const { runner } = runnerOf("export const handler = async () => 'x'.repeat(7 * 1024 * 1024);");

    expect(await runner.invoke({})).toMatchObject({
      ok: false,
      error: { errorType: 'Function.ResponseSizeTooLarge' },
    });
  });

  it('runs no more at once than its reserved concurrency', async () => {
    const { runner } = runnerOf(
      `let running = 0; let most = 0;
      export const handler = async () => {
        running += 1; most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 20));
        running -= 1;
        return most;
      };`,
      { reservedConcurrency: 2 },
    );

    const outcomes = await Promise.all(Array.from({ length: 8 }, () => runner.invoke({})));

    expect(outcomes.map((outcome) => (outcome.ok ? outcome.payload : ''))).not.toContain('3');
  });
});
