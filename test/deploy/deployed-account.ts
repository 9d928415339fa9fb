import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { KinesisClient, ListStreamsCommand } from '@aws-sdk/client-kinesis';
import { ListBucketsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { STACKS } from '../../lib/stack-names.ts';
import { EMULATED_ACCOUNT, EMULATED_REGION, type Ministack } from './ministack.ts';

const PATIENCE_MS = 30_000;
/** Its batches wait for a minute. */
const ROLLUP_PATIENCE_MS = 150_000;

/** What the emulator holds after a deployment. */
export class DeployedAccount {
  readonly #stacks: CloudFormationClient;
  readonly #tables: DynamoDBClient;
  readonly #streams: KinesisClient;
  readonly #objects: S3Client;

  constructor(emulator: Ministack) {
    const common = {
      endpoint: emulator.endpoint,
      region: EMULATED_REGION,
      credentials: { accessKeyId: EMULATED_ACCOUNT, secretAccessKey: 'emulated' },
    };
    this.#stacks = new CloudFormationClient(common);
    this.#tables = new DynamoDBClient(common);
    this.#streams = new KinesisClient({ ...common, requestHandler: new NodeHttpHandler() });
    this.#objects = new S3Client({ ...common, forcePathStyle: true });
  }

  /** Outputs of the pipeline. */
  async outputs(): Promise<Readonly<Record<string, string>>> {
    const answer = await this.#stacks.send(
      new DescribeStacksCommand({ StackName: STACKS.pipeline }),
    );
    const outputs = answer.Stacks?.[0]?.Outputs ?? [];
    return Object.fromEntries(outputs.map((o) => [o.OutputKey ?? '', o.OutputValue ?? '']));
  }

  /** Waits until a bucket holds `count` objects under a prefix. */
  async untilObjects(bucket: string, prefix: string, count: number): Promise<void> {
    const until = Date.now() + PATIENCE_MS;
    let keys: readonly string[] = [];
    while (Date.now() < until) {
      const answer = await this.#objects.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }),
      );
      keys = (answer.Contents ?? []).map(({ Key }) => Key ?? '');
      if (keys.length >= count) return;
      await sleep(250);
    }
    throw new Error(`${bucket} holds ${keys.length} of ${count} objects: ${keys.join(', ')}`);
  }

  /** Waits until a table has items whose text attribute begins so, and gives the attribute of all. */
  async untilItems(table: string, attribute: string, prefix: string): Promise<readonly string[]> {
    const until = Date.now() + ROLLUP_PATIENCE_MS;
    while (Date.now() < until) {
      const { Items = [] } = await this.#tables.send(new ScanCommand({ TableName: table }));
      const found = Items.map((item) => item[attribute]?.S ?? '');
      if (found.some((text) => text.startsWith(prefix))) return found;
      await sleep(500);
    }
    throw new Error(`${table} got no item whose ${attribute} begins with ${prefix}.`);
  }

  /** Names of what a destroyed deployment should not have left. */
  async leftovers(): Promise<readonly string[]> {
    const [tables, streams, buckets, stack] = await Promise.all([
      this.#tables.send(new ListTablesCommand({})),
      this.#streams.send(new ListStreamsCommand({})),
      this.#objects.send(new ListBucketsCommand({})),
      this.#stacks
        .send(new DescribeStackResourcesCommand({ StackName: STACKS.pipeline }))
        .catch(() => undefined),
    ]);
    const names = [
      ...(tables.TableNames ?? []),
      ...(streams.StreamNames ?? []),
      ...(buckets.Buckets ?? []).map(({ Name }) => Name ?? ''),
    ];
    const resources = (stack?.StackResources ?? []).filter(
      ({ ResourceStatus }) => ResourceStatus !== 'DELETE_COMPLETE',
    );
    return [
      ...names.filter((name) => name.toLowerCase().includes('skirmish')),
      ...resources.map(({ LogicalResourceId }) => LogicalResourceId ?? ''),
    ];
  }

  close(): void {
    for (const client of [this.#stacks, this.#tables, this.#streams, this.#objects]) {
      client.destroy();
    }
  }
}
