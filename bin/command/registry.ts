import { randomBytes } from 'node:crypto';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CommandError } from './command-error.ts';
import type { SensorDraft } from './sensor-options.ts';

type Item = Readonly<Record<string, AttributeValue>>;

/** 32 random bytes as base64url text: what a probe signs its batches with. */
export function newKey(): string {
  return randomBytes(32).toString('base64url');
}

function pointItem({ lat, lon }: NonNullable<SensorDraft['publicAt']>): Item {
  return { publicLat: { N: String(lat) }, publicLon: { N: String(lon) } };
}

/** Puts a sensor into the registry. One that is there already is only replaced when asked to. */
export async function putSensor(
  table: string,
  sensor: SensorDraft,
  options: { readonly key: string; readonly replace: boolean },
): Promise<void> {
  const client = new DynamoDBClient({});
  try {
    await client.send(
      new PutItemCommand({
        TableName: table,
        Item: {
          probe: { S: sensor.probe },
          key: { S: options.key },
          site: { S: sensor.site },
          lat: { N: String(sensor.lat) },
          lon: { N: String(sensor.lon) },
          ...(sensor.publicAt === undefined ? {} : pointItem(sensor.publicAt)),
          home: { SS: [...new Set(sensor.home)] },
          owner: { S: 'operator' },
          revoked: { BOOL: false },
        },
        ...(options.replace ? {} : { ConditionExpression: 'attribute_not_exists(probe)' }),
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    throw new CommandError(
      `A probe '${sensor.probe}' is enrolled already. Choose another --probe, or give --replace: its old key stops working.`,
      { cause: error },
    );
  } finally {
    client.destroy();
  }
}
