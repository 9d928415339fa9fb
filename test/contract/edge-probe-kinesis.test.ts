import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KinesisSink } from '../../edge-probe/ship/kinesis.ts';
import { PutError } from '../../edge-probe/ship/sink.ts';

const PACKAGE = dirname(createRequire(import.meta.url).resolve('kinesis-local/package.json'));
const never = new AbortController().signal;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('KinesisSink against kinesis-local', () => {
  let emulator: ChildProcess;
  let endpoint: string;
  let client: KinesisClient;
  const kept = { ...process.env };

  beforeAll(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' });
    const [plain, tls] = [await freePort(), await freePort()];
    endpoint = `http://127.0.0.1:${plain}`;
    emulator = spawn(process.execPath, [join(PACKAGE, 'main.js')], {
      stdio: 'ignore',
      env: {
        KINESIS_MOCK_PLAIN_PORT: String(plain),
        KINESIS_MOCK_TLS_PORT: String(tls),
        KINESIS_MOCK_CERT_PATH: join(PACKAGE, 'server.json'),
        LOG_LEVEL: 'ERROR',
      },
    });
    client = new KinesisClient({
      region: 'us-east-1',
      endpoint,
      maxAttempts: 10,
      requestHandler: new NodeHttpHandler(),
    });
    await untilActive();
  });

  afterAll(async () => {
    client.destroy();
    emulator.kill('SIGKILL');
    process.env = { ...kept };
  });

  async function untilActive(): Promise<void> {
    for (let i = 0; i < 200; i++) {
      try {
        await client.send(new CreateStreamCommand({ StreamName: 'probe', ShardCount: 1 }));
      } catch (error) {
        if ((error as Error).name !== 'ResourceInUseException') {
          await delay(100);
          continue;
        }
      }
      const summary = await client.send(new DescribeStreamSummaryCommand({ StreamName: 'probe' }));
      if (summary.StreamDescriptionSummary?.StreamStatus === 'ACTIVE') return;
      await delay(100);
    }
    throw new Error('kinesis-local did not become ready');
  }

  async function readAll(): Promise<{ key: string; data: number[] }[]> {
    const { ShardIterator = '' } = await client.send(
      new GetShardIteratorCommand({
        StreamName: 'probe',
        ShardId: 'shardId-000000000000',
        ShardIteratorType: 'TRIM_HORIZON',
      }),
    );
    const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator }));
    return Records.map(({ PartitionKey = '', Data = [] }) => ({
      key: PartitionKey,
      data: [...Data],
    }));
  }

  it('stores the bytes in order under the probe id', async () => {
    const sink = new KinesisSink({ stream: 'probe', partitionKey: 'sensor-1', endpoint });

    const outcomes = await sink.put([Uint8Array.of(1, 2, 3), Uint8Array.of(255)], never);
    sink.close();

    expect(outcomes).toEqual([{ ok: true }, { ok: true }]);
    expect(await readAll()).toEqual([
      { key: 'sensor-1', data: [1, 2, 3] },
      { key: 'sensor-1', data: [255] },
    ]);
  });

  it('is refused permanently by a stream that does not exist', async () => {
    const sink = new KinesisSink({ stream: 'nowhere', partitionKey: 'sensor-1', endpoint });

    const error = await sink.put([Uint8Array.of(1)], never).catch((thrown: unknown) => thrown);
    sink.close();

    expect(error).toBeInstanceOf(PutError);
    expect(error).toMatchObject({ permanent: true });
  });
});
