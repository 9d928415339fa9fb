import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  DynamoDBClient,
  type KeyType,
  type ScalarAttributeType,
} from '@aws-sdk/client-dynamodb';

const dynalite: (options: { readonly createTableMs: number }) => Server = createRequire(
  import.meta.url,
)('dynalite');

/** DynamoDB in this process, on a port of its own. */
export interface LocalDynamo {
  readonly client: DynamoDBClient;
  readonly port: number;
  /** Makes further tables. */
  create(tables: Readonly<Record<string, Keys>>): Promise<void>;
  stop(): Promise<void>;
}

/** Key attributes of a table, partition key first. */
export type Keys = readonly (readonly [name: string, type: ScalarAttributeType])[];

/** Starts dynalite with these tables, in memory. */
export async function startDynamo(tables: Readonly<Record<string, Keys>>): Promise<LocalDynamo> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const create = async (more: Readonly<Record<string, Keys>>): Promise<void> => {
    for (const [name, keys] of Object.entries(more)) await client.send(tableCommand(name, keys));
  };
  await create(tables);
  return {
    client,
    port,
    create,
    stop: async () => {
      client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function tableCommand(name: string, keys: Keys): CreateTableCommand {
  const keyTypes: readonly KeyType[] = ['HASH', 'RANGE'];
  return new CreateTableCommand({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: keys.map(([AttributeName], i) => ({ AttributeName, KeyType: keyTypes[i] })),
    AttributeDefinitions: keys.map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
  });
}
