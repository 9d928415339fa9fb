import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { PROVENANCE } from '../../core/event/kinds.ts';
import type { SnapshotAnswer } from '../../core/frame/messages.ts';
import type { RollupsAnswer } from '../../core/rollup/answer.ts';
import { readKeyFile } from '../../edge-probe/ship/key-file.ts';
import { KinesisSink } from '../../edge-probe/ship/kinesis.ts';
import { captureTime, Sealer } from '../../edge-probe/ship/sealer.ts';
import { ROOT } from '../../lib/paths.ts';
import { STACKS } from '../../lib/stack-names.ts';
import { Checks, NeededCheckFailed } from './checks.ts';
import { DeployedAccount } from './deployed-account.ts';
import { batchOf, type KnownRow, knownRowOf, knownRows } from './known-batch.ts';
import { EMULATED_ACCOUNT, EMULATED_REGION, Ministack } from './ministack.ts';
import { rowsOfPart, Viewer } from './viewer.ts';

const PROBE = 'deploy-check';
const HOME = '198.51.100.0/24';

const checks = new Checks();
const folder = mkdtempSync(join(tmpdir(), 'skirmish-deploy-'));
const stateDir = join(folder, 'state');
const assembly = join(folder, 'cdk.out');
const token = randomBytes(32).toString('base64url');
const emulator = await Ministack.start(ROOT, folder);
// The probe's own shipping code takes its credentials from here, as it does on a sensor.
Object.assign(process.env, emulator.environment());
const account = new DeployedAccount(emulator);
const opened: Viewer[] = [];
/** Events that were accepted, whoever says so. */
let accepted = 0;

process.once('SIGINT', () => void end(130));
process.once('SIGTERM', () => void end(143));
try {
  await deployAndUse();
} catch (error) {
  // A check that the rest needs has failed, and is counted.
  if (!(error instanceof NeededCheckFailed))
    await checks.check('no surprise', () => Promise.reject(error));
} finally {
  await end(checks.finish());
}

async function deployAndUse(): Promise<void> {
  await checks.need('cdk synth', () =>
    program('npx', ['cdk', 'synth', STACKS.pipeline, '--quiet', '--output', assembly]),
  );
  const environment = `aws://${EMULATED_ACCOUNT}/${EMULATED_REGION}`;
  await checks.need('cdk bootstrap', () =>
    program('npx', ['cdk', 'bootstrap', environment, '--app', assembly]),
  );
  const outputs = await checks.need('cdk deploy', async () => {
    await deploy();
    return account.outputs();
  });
  const socketPath = `/_aws/execute-api/${apiIdOf(outputs['SocketUrl'])}/live`;
  await checks.need('cdk deploy again, with the emulator’s management endpoint', () =>
    deploy(`SocketEndpoint=${emulator.endpoint}${socketPath}`),
  );
  const keyFile = await checks.need(
    'npm run enrol writes a key that only its owner can read',
    enrol,
  );
  const viewers = await checks.need('two viewers connect and get the view they ask for', () =>
    connect(`ws://127.0.0.1:${emulator.port}${socketPath}`),
  );
  const stream = outputs['StreamName'] ?? '';
  await liveChecks({ keyFile, stream, viewers, bucket: outputs['QuarantineBucketName'] ?? '' });
  await httpChecks(outputs['ApiUrl'] ?? '', viewers.operator);
  await rollupChecks(outputs['ApiUrl'] ?? '', outputs['RollupsTableName'] ?? '');
  await checks.check('npm run destroy leaves no stack, table, stream or bucket', destroyed);
}

async function liveChecks(live: {
  readonly keyFile: string;
  readonly stream: string;
  readonly bucket: string;
  readonly viewers: Viewers;
}): Promise<void> {
  const { viewers, keyFile, stream, bucket } = live;
  const rows = knownRows(Date.now() - 5_000);
  const sealed = seal(rows, keyFile);
  await checks.check('frames to the operator hold exactly the rows that were put', async () => {
    await put(stream, [sealed]);
    accepted += rows.length;
    await viewers.operator.until('the rows', () => found(rows, viewers.operator));
  });
  await checks.check('frames to the public hold the same rows without an address', async () => {
    await viewers.public.until('the rows', () => atLeast(viewers.public, rows.length));
    assert.equal(viewers.public.rows().length, rows.length);
    assertRedacted(viewers.public.rows());
  });
  await checks.check(
    'a batch that comes again changes nothing; one that lies is set aside',
    async () => {
      await put(stream, [sealed, Buffer.from('SKB, not really'), forged(rows)]);
      await account.untilObjects(bucket, 'quarantine/', 2);
      assert.equal(viewers.operator.rows().length, rows.length);
    },
  );
  await checks.check('what the real probe counts is what the operator gets', async () => {
    const before = viewers.operator.rows().length;
    const shipped = await runProbe(stream, keyFile);
    accepted += shipped;
    await viewers.operator.until(`${shipped} rows`, () =>
      atLeast(viewers.operator, before + shipped),
    );
    assert.equal(viewers.operator.rows().length, before + shipped);
  });
}

async function httpChecks(apiUrl: string, operator: Viewer): Promise<void> {
  const base = `${emulator.endpoint}/_aws/execute-api/${apiIdOf(apiUrl)}/$default`;
  await checks.check('GET /v1/snapshot answers the operator the same rows', async () => {
    const snapshot = await getJson(`${base}/v1/snapshot?audience=operator&minutes=60`, token);
    const rows = snapshot.parts.flatMap(rowsOfPart).map(knownRowOf);
    assert.equal(rows.length, accepted);
    assert.deepEqual(sorted(rows), sorted(operator.rows().map(knownRowOf)));
  });
  await checks.check('GET /v1/snapshot answers the public without an address', async () => {
    const snapshot = await getJson(`${base}/v1/snapshot?minutes=60`);
    assert.ok(snapshot.parts.length > 0, 'no parts');
    assertRedacted(snapshot.parts.flatMap(rowsOfPart));
  });
  await checks.check(
    'GET /v1/snapshot refuses the operator audience without its token',
    async () => {
      const answer = await fetch(`${base}/v1/snapshot?audience=operator`);
      assert.ok([401, 403].includes(answer.status), `status ${answer.status}`);
    },
  );
}

async function rollupChecks(apiUrl: string, table: string): Promise<void> {
  const base = `${emulator.endpoint}/_aws/execute-api/${apiIdOf(apiUrl)}/$default`;
  const sums = async (): Promise<RollupsAnswer> =>
    getJson<RollupsAnswer>(`${base}/v1/rollups?audience=operator&grain=day&from=0&to=1`, token);
  await checks.check('GET /v1/rollups answers before anything is rolled up', async () => {
    assert.ok((await sums()).cursor);
  });
  await checks.check(
    'the rollup function makes minutes, hours and days of both audiences',
    async () => {
      const series = await account.untilItems(table, 'series', 'public#minute#');
      for (const name of ['public#hour#', 'public#day#', 'operator#minute#', 'operator#cursor']) {
        assert.ok(
          series.some((one) => one.startsWith(name)),
          `no ${name} among ${[...new Set(series)].join(', ')}`,
        );
      }
    },
  );
  await checks.check('GET /v1/rollups tells every row that was accepted once', async () => {
    const day = 86_400_000;
    const today = Math.floor(Date.now() / day) * day;
    const query = `audience=operator&grain=day&from=${today - 1_000 * day}`;
    const { total } = await getJson<RollupsAnswer>(`${base}/v1/rollups?${query}`, token);
    assert.equal(total.rows, accepted);
  });
}

async function deploy(socketEndpoint?: string): Promise<void> {
  const digest = createHash('sha256').update(token).digest('hex');
  const parameters = [`OperatorTokenSha256=${digest}`, ...(socketEndpoint ? [socketEndpoint] : [])];
  await program('npx', [
    'cdk',
    'deploy',
    STACKS.pipeline,
    '--app',
    assembly,
    '--require-approval',
    'never',
    ...parameters.flatMap((text) => ['--parameters', `${STACKS.pipeline}:${text}`]),
  ]);
}

async function enrol(): Promise<string> {
  const sensor = ['--probe', PROBE, '--site', 'Deploy check', '--lat', '50.11', '--lon', '8.68'];
  const args = ['bin/enrol.ts', ...sensor, '--home', HOME, '--state-dir', stateDir];
  const said = await program('npx', ['tsx', ...args]);
  const keyFile = join(stateDir, `${PROBE}.key`);
  assert.equal(statSync(keyFile).mode & 0o777, 0o600);
  assert.match(said, new RegExp(`--probe ${PROBE} --key-file ${keyFile}`));
  await assert.rejects(program('npx', ['tsx', ...args]), /enrolled already/);
  return keyFile;
}

interface Viewers {
  readonly operator: Viewer;
  readonly public: Viewer;
}

async function connect(url: string): Promise<Viewers> {
  const viewers = { operator: await Viewer.connect(url), public: await Viewer.connect(url) };
  opened.push(viewers.operator, viewers.public);
  const operator = await viewers.operator.view('operator', token);
  const everyone = await viewers.public.view('public');
  assert.deepEqual([operator.audience, everyone.audience], ['operator', 'public']);
  return viewers;
}

function seal(rows: readonly KnownRow[], keyFile: string): Uint8Array {
  return sealWith(readKeyFile(keyFile), rows);
}

function forged(rows: readonly KnownRow[]): Uint8Array {
  return sealWith(randomBytes(32), rows);
}

function sealWith(key: Uint8Array, rows: readonly KnownRow[]): Uint8Array {
  const sealer = new Sealer({
    probe: PROBE,
    boot: randomBytes(8).toString('hex'),
    key,
    provenance: PROVENANCE.measured,
    createdAt: captureTime,
  });
  return sealer.seal(batchOf(rows)).bytes;
}

async function put(stream: string, records: readonly Uint8Array[]): Promise<void> {
  const { endpoint } = emulator;
  const sink = new KinesisSink({ stream, partitionKey: PROBE, region: EMULATED_REGION, endpoint });
  const outcomes = await sink.put(records, AbortSignal.timeout(30_000));
  sink.close();
  assert.deepEqual(
    outcomes,
    records.map(() => ({ ok: true })),
  );
}

/** Ships five seconds of made-up traffic; answers how many events the probe says it accepted. */
async function runProbe(stream: string, keyFile: string): Promise<number> {
  const traffic = ['simulate', 'demo', '--seconds', '5', '--speed', 'max', '--seed', '7'];
  const target = ['--stream', stream, '--probe', PROBE, '--key-file', keyFile];
  const said = await program('npx', [
    'tsx',
    'edge-probe/main.ts',
    ...traffic,
    ...target,
    '--state-dir',
    stateDir,
    '--status',
    'json',
  ]);
  const last = said.trim().split('\n').at(-1) ?? '';
  const status = JSON.parse(last) as { final: boolean; events: number; queuedBatches: number };
  assert.ok(status.final && status.events > 0 && status.queuedBatches === 0, last);
  return status.events;
}

async function destroyed(): Promise<void> {
  for (const viewer of opened) viewer.close();
  await program('npx', ['tsx', 'bin/destroy.ts', '--yes', '--state-dir', stateDir]);
  assert.deepEqual(await account.leftovers(), []);
}

function found(rows: readonly KnownRow[], viewer: Viewer): true | undefined {
  return isDeepStrictEqual(viewer.rows().map(knownRowOf), rows) || undefined;
}

function atLeast(viewer: Viewer, count: number): true | undefined {
  return viewer.rows().length >= count || undefined;
}

function assertRedacted(rows: readonly unknown[]): void {
  const text = JSON.stringify(rows);
  for (const secret of ['198.51.100.', '1.1.1.1', '9.9.9.9', '8.8.4.4', PROBE]) {
    assert.ok(!text.includes(secret), `a public answer holds ${secret}`);
  }
}

function sorted(rows: readonly KnownRow[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}

async function getJson<T = SnapshotAnswer>(url: string, bearer?: string): Promise<T> {
  const headers: Record<string, string> = bearer ? { authorization: `Bearer ${bearer}` } : {};
  const answer = await fetch(url, { headers });
  const text = await answer.text();
  assert.equal(answer.status, 200, `${url}: ${answer.status} ${text.slice(0, 500)}`);
  return JSON.parse(text) as T;
}

/** Id of an API in its URL: the first label of the host. */
function apiIdOf(url = ''): string {
  return new URL(url).hostname.split('.')[0] ?? '';
}

/** Runs a program against the emulator; answers its standard output, throws with all of it when it fails. */
function program(name: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...emulator.environment(), CI: '1', NO_COLOR: '1' };
    const child = spawn(name, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let all = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      all += chunk;
    });
    child.stderr.on('data', (chunk) => {
      all += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) return resolve(stdout);
      reject(new Error(`${name} ${args.join(' ')} ended with ${code}:\n${all.slice(-4000)}`));
    });
  });
}

async function end(code: number): Promise<void> {
  for (const viewer of opened) viewer.close();
  account.close();
  await emulator.stop();
  if (code !== 0) console.error(readFileSync(emulator.logFile, 'utf8').slice(-6000));
  rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}
