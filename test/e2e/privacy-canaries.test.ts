import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PutRecordCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { sealBatch } from '../../core/batch/envelope.ts';
import { PROVENANCE } from '../../core/event/kinds.ts';
import type { Audience } from '../../core/event/table.ts';
import { decodeRendering } from '../../core/segment/rendering.ts';
import { batchSealing } from '../../edge-probe/ship/sealing.ts';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { build } from '../../local/start/build.ts';
import { operatorToken, probeKey } from '../../local/start/secrets.ts';
import {
  addressCanary,
  bytesCanary,
  type Canary,
  degreesCanary,
  findCanaries,
  textCanary,
} from '../support/canaries.ts';
import {
  CANARY_ADDRESSES,
  CANARY_SENSOR,
  CANARY_SOURCES,
  CANARY_TEXTS,
  canaryEvents,
} from '../support/canary-batch.ts';
import { eventually } from '../support/eventually.ts';
import { clients } from '../support/local-pipeline.ts';
import { ROOT } from '../support/skirmish-process.ts';

const BOOT = 'c0ffee0123456789';
const BATCHES = 3;

/** A deployment with two sensors, of which one has secrets, and a viewer of each audience. */
class CanaryRun {
  readonly folder = mkdtempSync(join(tmpdir(), 'skirmish-canaries-'));
  readonly token = operatorToken(this.folder).token;
  readonly key = Buffer.from(probeKey(this.folder, CANARY_SENSOR.probe).key, 'base64url');
  readonly frames: Record<Audience, string[]> = { public: [], operator: [] };
  readonly lines: string[] = [];
  runtime!: Runtime;

  /** Secrets of the sensor, and its addresses and texts in every form. */
  get canaries(): readonly Canary[] {
    return [
      ...[...CANARY_ADDRESSES, ...CANARY_SOURCES].map(addressCanary),
      ...[...CANARY_TEXTS, CANARY_SENSOR.probe, BOOT].map(textCanary),
      ...[CANARY_SENSOR.lat, CANARY_SENSOR.lon].map(degreesCanary),
      bytesCanary('the key of the sensor', this.key),
      textCanary(this.token),
    ];
  }

  async start(): Promise<void> {
    const say = (line: string): void => void this.lines.push(line);
    const stop = new AbortController().signal;
    const assemblyDir = await build({ say, allowed: true, stop });
    const { sha256 } = operatorToken(this.folder);
    const parameters = { OperatorTokenSha256: sha256 };
    this.runtime = await startRuntime({ assemblyDir, dataDir: this.folder, parameters, log: say });
    await this.#enrol();
    await Promise.all([this.#watch('public'), this.#watch('operator')]);
    for (let sequence = 1; sequence <= BATCHES; sequence++) await this.#send(sequence);
    await eventually(
      async () => JSON.parse(await this.get('/v1/status')).totals.events as number,
      (events) => events >= BATCHES * canaryEvents(0).length,
      60_000,
    );
    for (const audience of ['public', 'operator'] as const) {
      await eventually(
        () => this.frames[audience].join(),
        (all) => all.includes('"frame"'),
      );
    }
  }

  async stop(): Promise<void> {
    await this.runtime?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async get(path: string, audience: Audience = 'public'): Promise<string> {
    const url = new URL(path, this.runtime.siteUrl);
    if (path.startsWith('/v1/') || path.startsWith('/metrics'))
      url.searchParams.set('audience', audience);
    const headers: Record<string, string> =
      audience === 'operator' ? { authorization: `Bearer ${this.token}` } : {};
    const answer = await fetch(url, { headers });
    return `${answer.status} ${JSON.stringify([...answer.headers])}\n${await answer.text()}`.replace(
      /^200 .*\n/,
      '',
    );
  }

  async #enrol(): Promise<void> {
    const { RegistryTableName: TableName } = this.runtime.outputs['SkirmishPipeline'] ?? {};
    const { probe, site, lat, lon, home } = CANARY_SENSOR;
    const { dynamo } = clients(this.runtime.awsEndpoint);
    const other = {
      probe: 'other',
      site: 'Elsewhere',
      lat: 37.98,
      lon: 23.73,
      home: ['10.1.2.0/24'],
    };
    for (const sensor of [{ probe, site, lat, lon, home }, other]) {
      const key = sensor === other ? randomBytes(32) : this.key;
      const Item = {
        probe: { S: sensor.probe },
        key: { S: key.toString('base64url') },
        site: { S: sensor.site },
        lat: { N: String(sensor.lat) },
        lon: { N: String(sensor.lon) },
        home: { SS: [...sensor.home] },
      };
      await dynamo.send(new PutItemCommand({ TableName, Item }));
    }
  }

  async #watch(audience: Audience): Promise<void> {
    const socket = new WebSocket(this.runtime.socketUrl);
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    socket.on('message', (bytes) => this.frames[audience].push(String(bytes)));
    const token = audience === 'operator' ? { token: this.token } : {};
    socket.send(JSON.stringify({ action: 'view', audience, ...token }));
    await eventually(
      () => this.frames[audience].join(),
      (all) => all.includes('"view"'),
    );
  }

  async #send(sequence: number): Promise<void> {
    const createdAt = Date.now();
    const { probe } = CANARY_SENSOR;
    const told = { probe, boot: BOOT, sequence, createdAt, provenance: PROVENANCE.measured };
    const bytes = sealBatch(
      { ...told, sampling: 1 },
      canaryEvents(createdAt - 500),
      batchSealing(this.key),
    );
    const { StreamName } = this.runtime.outputs['SkirmishPipeline'] ?? {};
    const { kinesis } = clients(this.runtime.awsEndpoint);
    await kinesis.send(new PutRecordCommand({ StreamName, PartitionKey: probe, Data: bytes }));
  }
}

/** Every request that the API's own document allows: each path, and each value of each parameter that has a list. */
async function requestsOf(run: CanaryRun, shard: string): Promise<readonly string[]> {
  const { paths } = JSON.parse(await run.get('/v1/openapi.json')) as OpenApi;
  const given: Record<string, string> = {
    shard,
    endpoint: encodeURIComponent('45.33.32.0/24'),
    from: new Date(Date.now() - 3_600_000).toISOString(),
  };
  return Object.entries(paths).flatMap(([path, { get }]) => {
    const parameters = (get?.parameters ?? []).filter(({ name }) => name !== 'audience');
    const inPath = path.replace(/\{(\w+)\+?\}/g, (_, name: string) => given[name] ?? 'x');
    const base = parameters
      .filter((one) => one.in === 'query' && (one.required || one.name === 'from'))
      .map(({ name }) => `${name}=${encodeURIComponent(given[name] ?? '')}`);
    const each = parameters.flatMap(({ name, schema }) =>
      (schema?.enum ?? []).map((value) => [...base, `${name}=${encodeURIComponent(value)}`]),
    );
    return [base, ...each].map((query) => `${inPath}?${query.join('&')}`);
  });
}

interface OpenApi {
  readonly paths: Readonly<
    Record<
      string,
      {
        readonly get?: {
          readonly parameters?: readonly {
            readonly name: string;
            readonly in: string;
            readonly required?: boolean;
            readonly schema?: { readonly enum?: readonly string[] };
          }[];
        };
      }
    >
  >;
}

/** A text, with every rendering that it carries: its inflated bytes, and what they decode to. */
function opened(text: string): readonly Buffer[] {
  const bodies = [...text.matchAll(/"body":"([\w+/=]+)"/g)].map(([, body = '']) =>
    inflateRawSync(Buffer.from(body, 'base64')),
  );
  const decoded = bodies.map((bytes) => {
    const rendering = decodeRendering(bytes);
    if (!rendering.ok) throw new Error(rendering.reason);
    return Buffer.from(JSON.stringify(rendering.value));
  });
  return [Buffer.from(text), ...bodies, ...decoded];
}

const filesUnder = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

describe('a run with secrets in it', () => {
  const run = new CanaryRun();
  let requests: readonly string[] = [];
  beforeAll(async () => {
    await run.start();
    const { logs } = JSON.parse(await run.get('/v1/status'));
    requests = await requestsOf(run, logs[0].shard);
  }, 180_000);
  afterAll(() => run.stop(), 60_000);

  const found = (text: string): readonly string[] =>
    opened(text).flatMap((bytes) => findCanaries(bytes, run.canaries));

  it('gives none of them away in any public frame', () => {
    expect(run.frames.public.join('\n')).toContain('"body"');
    for (const frame of run.frames.public) expect(found(frame)).toEqual([]);
  });

  it('gives none of them away in any answer to the public', async () => {
    expect(requests.length).toBeGreaterThan(15);
    for (const request of requests) {
      expect([request, ...found(await run.get(request))]).toEqual([request]);
    }
  }, 60_000);

  it('gives none of them away in the page, its configuration and the logs of functions', async () => {
    const page = [...filesUnder(join(ROOT, 'web/dist')), ...filesUnder(join(run.folder, 'logs'))];
    const config = await run.get('/config.json');
    expect(config).toContain('socket');

    expect(page.length).toBeGreaterThan(5);
    expect(findCanaries(Buffer.from(config), run.canaries)).toEqual([]);
    for (const file of page) {
      expect([file, ...findCanaries(readFileSync(file), run.canaries)]).toEqual([file]);
    }
  });

  it('shows them to the operator, so that a search which finds nothing has looked', async () => {
    const seen = (await Promise.all(requests.map((one) => run.get(one, 'operator')))).join('\n');
    const all = found([seen, ...run.frames.operator].join('\n')).join('\n');

    for (const text of [...CANARY_ADDRESSES, ...CANARY_SOURCES, ...CANARY_TEXTS]) {
      expect(all).toContain(`${text} as`);
    }
    expect(all).toContain(`${CANARY_SENSOR.probe} as`);
    for (const degrees of [CANARY_SENSOR.lat, CANARY_SENSOR.lon]) {
      expect(all).toContain(`${degrees} as`);
    }
    expect(all).not.toContain('the key of the sensor');
  }, 60_000);
});
