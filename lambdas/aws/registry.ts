import { Buffer } from 'node:buffer';
import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { parseCidrs } from '../../core/redact/network.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Registry, Sensor, SensorError } from '../wrangle/sensor.ts';
import { type Item, numberOf, textOf } from './attributes.ts';

const KEY_BYTES = 32;

/** The registry table: key `probe`. */
export function dynamoRegistry(client: DynamoDBClient, table: string): Registry {
  return {
    sensor: async (probe) => {
      const { Item: item } = await client.send(
        new GetItemCommand({ TableName: table, Key: { probe: { S: probe } } }),
      );
      return item === undefined ? fail('unknown-probe') : sensorOf(probe, item);
    },
  };
}

function sensorOf(probe: string, item: Item): Result<Sensor, SensorError> {
  const key = Buffer.from(textOf(item, 'key') ?? '', 'base64url');
  if (key.length !== KEY_BYTES) return bad(`key is not ${KEY_BYTES} bytes`);
  const site = textOf(item, 'site');
  if (site === undefined) return bad('site is missing');
  const lat = numberOf(item, 'lat') ?? Number.NaN;
  const lon = numberOf(item, 'lon') ?? Number.NaN;
  if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 180)) return bad('lat or lon is not a coordinate');
  const home = parseCidrs(homeOf(item));
  if (!home.ok) return bad(home.detail ?? home.reason);
  const revoked = item['revoked']?.BOOL === true;
  return ok({ probe, key, site, lat, lon, home: home.value, revoked });
}

function homeOf(item: Item): readonly string[] {
  const home = item['home'];
  return home?.SS ?? home?.L?.map((entry) => entry.S ?? '?') ?? [];
}

function bad(why: string): Result<Sensor, SensorError> {
  return fail('bad-registration', `${why}: enrol the probe again`);
}
