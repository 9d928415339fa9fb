import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UpdateShardCountCommand } from '@aws-sdk/client-kinesis';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { eventually } from '../support/eventually.ts';
import {
  clients,
  itemsOf,
  newFolder,
  pipelineAssembly,
  putTexts,
} from '../support/local-pipeline.ts';

const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}-${at}`);

// Source of the behaviour: AWS Lambda developer guide, "Using Lambda with Kinesis" and "… with DynamoDB streams".
describe('event source mappings', () => {
  let runtime: Runtime;
  let stream: string;
  const table = (name: string): string => runtime.outputs['Test']?.[name] ?? '';

  beforeAll(async () => {
    const assemblyDir = pipelineAssembly(join(newFolder(), 'never'));
    runtime = await startRuntime({ assemblyDir, dataDir: newFolder() });
    stream = table('Ingest');
  });
  afterAll(() => runtime.stop());

  it('take every record through the function, and every change of its table through the next one, once', async () => {
    const { kinesis, dynamo } = clients(runtime.awsEndpoint);

    await putTexts(kinesis, stream, numbered('plain', 200));
    await eventually(() => runtime.idle(), Boolean);

    const seen = await itemsOf(dynamo, table('Seen'));
    expect([...seen.keys()].sort()).toEqual(numbered('plain', 200).sort());
    expect([...seen.values()].every((item) => item['times']?.N === '1')).toBe(true);
  });

  it('put a poisoned record, and only that one, into the failure bucket with its payload', async () => {
    const { kinesis, dynamo, s3 } = clients(runtime.awsEndpoint);

    await putTexts(kinesis, stream, [...numbered('before', 5), 'poison', ...numbered('after', 5)]);
    await eventually(() => runtime.idle(), Boolean);

    const log = await itemsOf(dynamo, table('Log'));
    expect(
      [...numbered('before', 5), ...numbered('after', 5)].filter((id) => !log.has(id)),
    ).toEqual([]);
    const listed = await s3.send(new ListObjectsV2Command({ Bucket: table('Failed') }));
    expect(listed.Contents).toHaveLength(1);
    const Key = listed.Contents?.[0]?.Key ?? '';
    expect(Key).toMatch(/^aws\/lambda\/[\w-]{36}\/shardId-000000000000\/\d{4}\/\d\d\/\d\d\/\d{4}-/);
    const object = await s3.send(new GetObjectCommand({ Bucket: table('Failed'), Key }));
    const record = JSON.parse((await object.Body?.transformToString()) ?? '');
    expect(record).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 2 },
      KinesisBatchInfo: { batchSize: 1, shardId: 'shardId-000000000000' },
    });
    expect(JSON.parse(record.payload).Records[0].kinesis.data).toBe(
      Buffer.from('poison').toString('base64'),
    );
  });

  it('go on with the children of a shard that was split, and with what was in it', async () => {
    const { kinesis, dynamo } = clients(runtime.awsEndpoint);
    const reshard = (TargetShardCount: number) =>
      kinesis.send(
        new UpdateShardCountCommand({
          StreamName: stream,
          TargetShardCount,
          ScalingType: 'UNIFORM_SCALING',
        }),
      );

    await putTexts(kinesis, stream, numbered('one', 30));
    await reshard(2);
    await putTexts(kinesis, stream, numbered('two', 30));
    await reshard(1);
    await putTexts(kinesis, stream, numbered('three', 30));
    await eventually(() => runtime.idle(), Boolean);

    const seen = await itemsOf(dynamo, table('Seen'));
    const wanted = [...numbered('one', 30), ...numbered('two', 30), ...numbered('three', 30)];
    expect(wanted.filter((id) => seen.get(id)?.['times']?.N !== '1')).toEqual([]);
  });
});

describe.skipIf(process.platform !== 'linux')('an emulator that dies', () => {
  /** Ends the child process of this one whose command line holds a word. */
  function killChild(word: string): void {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const stat = readText(`/proc/${pid}/stat`);
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      if (parent === process.pid && readText(`/proc/${pid}/cmdline`).includes(word)) {
        process.kill(Number(pid), 'SIGKILL');
      }
    }
  }

  /** A process can end between listing and reading. */
  function readText(path: string): string {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return '';
    }
  }

  it.each(['kinesis-host', 'dynalite-host'])(
    'is started again with what it held: %s',
    async (word) => {
      const stall = join(newFolder(), 'stall');
      const lines: string[] = [];
      const runtime = await startRuntime({
        assemblyDir: pipelineAssembly(stall),
        dataDir: newFolder(),
        log: (line) => lines.push(line),
      });
      try {
        const { kinesis, dynamo } = clients(runtime.awsEndpoint);
        const { Ingest = '', Log = '' } = runtime.outputs['Test'] ?? {};
        await putTexts(kinesis, Ingest, numbered('before', 20));
        await eventually(() => runtime.idle(), Boolean);
        writeFileSync(stall, '');
        await putTexts(kinesis, Ingest, numbered('waiting', 80));

        killChild(word);
        await eventually(() => lines.some((line) => line.includes('is started again')), Boolean);
        await eventually(
          () => putTexts(kinesis, Ingest, ['after']).catch(() => undefined),
          Boolean,
        );
        // The function, which the mapping tries twice, goes on when the table answers again.
        await eventually(() => itemsOf(dynamo, Log).catch(() => undefined), Boolean);
        rmSync(stall);
        await eventually(() => runtime.idle(), Boolean);

        const wanted = [...numbered('before', 20), ...numbered('waiting', 80), 'after'];
        const log = await itemsOf(dynamo, Log);
        expect(wanted.filter((id) => !log.has(id))).toEqual([]);
      } finally {
        await runtime.stop();
      }
    },
  );
});

describe('a runtime that is killed', () => {
  const STARTER = `
    const { startRuntime } = await import(process.argv[2]);
    const runtime = await startRuntime({ assemblyDir: process.argv[3], dataDir: process.argv[4] });
    console.log(JSON.stringify({ awsEndpoint: runtime.awsEndpoint, outputs: runtime.outputs.Test }));
  `;

  async function startInChild(assemblyDir: string, dataDir: string) {
    const script = join(newFolder(), 'start.mjs');
    writeFileSync(script, STARTER);
    const runtimeUrl = new URL('../../local/runtime.ts', import.meta.url).href;
    const child = spawn(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), script, runtimeUrl, assemblyDir, dataDir],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const said = await new Promise<string>((resolve) =>
      child.stdout.once('data', (chunk) => resolve(String(chunk))),
    );
    const kill = (): Promise<unknown> =>
      new Promise((resolve) => {
        child.once('exit', resolve);
        child.kill('SIGKILL');
      });
    return {
      ...(JSON.parse(said) as { awsEndpoint: string; outputs: Record<string, string> }),
      kill,
    };
  }

  it('has every acknowledged record and every change when it is started again, and none twice', async () => {
    const stall = join(newFolder(), 'stall');
    const dataDir = newFolder();
    const assemblyDir = pipelineAssembly(stall);
    const first = await startInChild(assemblyDir, dataDir);
    const { kinesis, dynamo } = clients(first.awsEndpoint);
    const stream = first.outputs['Ingest'] ?? '';
    await putTexts(kinesis, stream, numbered('done', 20));
    const log = () => itemsOf(dynamo, first.outputs['Log'] ?? '');
    await eventually(
      async () => (await log()).size,
      (size) => size === 20,
    );
    writeFileSync(stall, '');
    for (let part = 0; part < 5; part += 1)
      await putTexts(kinesis, stream, numbered(`waiting-${part}`, 20));

    await first.kill();
    rmSync(stall);
    const again = await startRuntime({ assemblyDir, dataDir });

    try {
      await eventually(() => again.idle(), Boolean);
      const seen = await itemsOf(
        clients(again.awsEndpoint).dynamo,
        again.outputs['Test']?.['Seen'] ?? '',
      );
      expect(seen.size).toBe(120);
      expect([...seen.values()].filter((item) => item['event']?.S !== 'INSERT')).toEqual([]);
    } finally {
      await again.stop();
    }
  });
});
