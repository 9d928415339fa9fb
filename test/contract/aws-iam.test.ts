import { GetItemCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { eventually } from '../support/eventually.ts';
import {
  clients,
  type GRANTS,
  itemsOf,
  newFolder,
  pipelineAssembly,
  putTexts,
} from '../support/local-pipeline.ts';

async function start(without: keyof typeof GRANTS, lines: string[] = []): Promise<Runtime> {
  const assemblyDir = pipelineAssembly('/nonexistent', without);
  return startRuntime({ assemblyDir, dataDir: newFolder(), log: (line) => lines.push(line) });
}

// Source of the behaviour: IAM user guide, "Policy evaluation logic"; Lambda developer guide, execution role permissions.
describe('a grant that was taken out of the template', () => {
  it('makes the function’s call fail with AccessDenied, naming function, action and resource', async () => {
    const lines: string[] = [];
    const runtime = await start('wrangleWrites', lines);
    try {
      const { kinesis, dynamo } = clients(runtime.awsEndpoint);
      const log = runtime.outputs['Test']?.['Log'] ?? '';

      await putTexts(kinesis, runtime.outputs['Test']?.['Ingest'] ?? '', ['one']);
      const denied = await eventually(
        () => lines.find((line) => line.startsWith('AccessDenied')),
        Boolean,
      );

      expect(denied).toContain(
        'User: Wrangle is not authorized to perform: dynamodb:PutItem on resource: ',
      );
      expect(denied).toContain(`arn:aws:dynamodb:us-east-1:000000000000:table/${log} `);
      const failed = await eventually(
        () => lines.find((line) => line.startsWith('Wrangle failed')),
        Boolean,
      );
      expect(failed).toContain('AccessDeniedException');
      expect((await itemsOf(dynamo, log)).size).toBe(0);
      expect(runtime.counters()['iam.denied']).toBeGreaterThan(0);
    } finally {
      await runtime.stop();
    }
  });

  it.each<[keyof typeof GRANTS, RegExp]>([
    ['wrangleReads', /User: Wrangle .*kinesis:\w+ on resource: arn:aws:kinesis:.*Ingest/],
    ['fanoutReads', /User: Fanout .*dynamodb:\w+ on resource: arn:aws:dynamodb:.*\/stream\//],
    ['wrangleFails', /User: Wrangle .*s3:PutObject on resource: arn:aws:s3:::.*failed/],
  ])('refuses to start a mapping without %s, as Lambda does', async (grant, message) => {
    await expect(start(grant)).rejects.toThrow(message);
  });
});

describe('identities', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await start('wrangleWrites');
  });
  afterAll(() => runtime.stop());

  it('let a probe put records and nothing else', async () => {
    const { kinesis, dynamo } = clients(runtime.awsEndpoint, 'local-probe');

    const put = await putTexts(kinesis, runtime.outputs['Test']?.['Ingest'] ?? '', ['x']);

    expect(put.FailedRecordCount).toBe(0);
    await expect(dynamo.send(new ListTablesCommand())).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  it('are refused when they are nobody’s', async () => {
    const { dynamo } = clients(runtime.awsEndpoint, 'AKIAFORGED');

    await expect(dynamo.send(new ListTablesCommand())).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    });
  });

  it('do not reach another function’s table', async () => {
    const { dynamo } = clients(runtime.awsEndpoint, 'fn-Fanout');
    const TableName = runtime.outputs['Test']?.['Log'];

    await expect(
      dynamo.send(new GetItemCommand({ TableName, Key: { id: { S: '1' } } })),
    ).rejects.toThrow('User: Fanout is not authorized to perform: dynamodb:GetItem');
  });
});
