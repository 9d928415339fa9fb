import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { IDENTITIES } from '../iam/access.ts';
import { probeKey } from './secrets.ts';
import type { LocalSensor } from './sensors.ts';

/** Where sensors are enrolled. */
export interface Registry {
  readonly table: string;
  readonly awsEndpoint: string;
  readonly region: string;
  readonly dataDir: string;
}

/** Puts the run's sensors into the registry table with the keys of the data directory. */
export async function enrol(sensors: readonly LocalSensor[], registry: Registry): Promise<void> {
  const client = new DynamoDBClient({
    endpoint: registry.awsEndpoint,
    region: registry.region,
    credentials: { accessKeyId: IDENTITIES.admin, secretAccessKey: 'local' },
  });
  try {
    for (const sensor of sensors) {
      const { key } = probeKey(registry.dataDir, sensor.probe);
      await client.send(
        new PutItemCommand({
          TableName: registry.table,
          Item: {
            probe: { S: sensor.probe },
            key: { S: key },
            site: { S: sensor.site },
            lat: { N: String(sensor.lat) },
            lon: { N: String(sensor.lon) },
            home: { SS: [...new Set(sensor.home)] },
            owner: { S: 'local' },
            revoked: { BOOL: false },
          },
        }),
      );
    }
  } finally {
    client.destroy();
  }
}
