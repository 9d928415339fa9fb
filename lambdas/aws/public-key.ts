import { randomBytes } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { aliases, bytesOf } from './attributes.ts';

/** The deployment's secret that pseudonyms, public ids and points of sites are made with. */
export interface PublicKey {
  /** 32 bytes, the same ones for ever. Throws when they can neither be read nor be made. */
  secret(): Promise<Uint8Array>;
}

/** Key of the secret's item in the logs table: a dot is no beginning of a shard's name, so no list of logs has it. */
const PUBLIC_KEY_ITEM = '.public-key';
const SECRET_BYTES = 32;

/** The secret in the logs table, made by whoever needs it first and never changed. It is read once. */
export function dynamoPublicKey(client: DynamoDBClient, table: string): PublicKey {
  let known: Uint8Array | undefined;
  return {
    secret: async () => {
      known ??= (await readSecret(client, table)) ?? (await makeSecret(client, table));
      return known;
    },
  };
}

async function readSecret(client: DynamoDBClient, table: string): Promise<Uint8Array | undefined> {
  const { Item: item } = await client.send(
    new GetItemCommand({
      TableName: table,
      Key: { shard: { S: PUBLIC_KEY_ITEM } },
      ConsistentRead: true,
    }),
  );
  if (item === undefined) return undefined;
  const secret = bytesOf(item, 'secret');
  if (secret?.length === SECRET_BYTES) return secret;
  throw new Error(
    `The item ${PUBLIC_KEY_ITEM} of table ${table} holds no secret of ${SECRET_BYTES} bytes: restore it, or remove it to have a new one made.`,
  );
}

/** Two that make one at the same time agree on the first. */
async function makeSecret(client: DynamoDBClient, table: string): Promise<Uint8Array> {
  const secret = new Uint8Array(randomBytes(SECRET_BYTES));
  try {
    await client.send(
      new PutItemCommand({
        TableName: table,
        Item: { shard: { S: PUBLIC_KEY_ITEM }, secret: { B: secret } },
        ConditionExpression: 'attribute_not_exists(#shard)',
        ExpressionAttributeNames: aliases(['shard']),
      }),
    );
    return secret;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const first = await readSecret(client, table);
    if (first === undefined) throw error;
    return first;
  }
}
