import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const ENVIRONMENT = {
  SEGMENTS_TABLE: 't',
  LOGS_TABLE: 't',
  REGISTRY_TABLE: 't',
  ROLLUPS_TABLE: 't',
  VIEWERS_TABLE: 't',
  QUARANTINE_BUCKET: 'b',
  SOCKET_ENDPOINT: 'http://127.0.0.1:9',
  AWS_REGION: 'us-east-1',
};

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'skirmish-bundles-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function bundle(name: string): Promise<string> {
  const outfile = join(directory, `${name}.mjs`);
  await build({
    absWorkingDir: ROOT,
    entryPoints: [`lambdas/${name}/handler.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    minify: true,
    logLevel: 'error',
    // The SDK's CommonJS parts call require at load time.
    banner: {
      js: "import{createRequire as skirmishRequire}from'node:module';const require=skirmishRequire(import.meta.url);",
    },
  });
  return outfile;
}

/** Imports a bundle in a process of its own and prints what its handler is. */
async function load(file: string, environment: object): Promise<string> {
  const script = `const m = await import(${JSON.stringify(pathToFileURL(file).href)}); console.log(typeof m.handler)`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', script],
    { env: { PATH: process.env['PATH'], ...environment } },
  );
  return stdout.trim().split('\n').at(-1) ?? '';
}

describe.each(['wrangle', 'fanout', 'rollup', 'viewer', 'http'])('bundle of %s', (name) => {
  it('loads as an ES module, and names a missing variable', async () => {
    const file = await bundle(name);
    expect(await load(file, ENVIRONMENT)).toBe('function');
    await expect(load(file, {})).rejects.toThrow(/Environment variable [A-Z_]+ is not set/);
  });
});
