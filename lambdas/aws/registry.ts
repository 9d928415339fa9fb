import { Buffer } from 'node:buffer';
import { type DynamoDBClient, GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { type Networks, parseCidrs, publicCidr } from '../../core/redact/network.ts';
import type { Point } from '../../core/redact/policy.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { AllSensors, Registry, Sensor, SensorError } from '../wrangle/sensor.ts';
import { aliases, type Item, numberOf, projection, textOf } from './attributes.ts';

const KEY_BYTES = 32;

/** What is read of every sensor. */
const ALL_ATTRIBUTES = ['probe', 'home', 'publicLat', 'publicLon'] as const;

/** The registry table: key `probe`; few items, so it is scanned for what concerns all. */
export function dynamoRegistry(client: DynamoDBClient, table: string): Registry {
  return {
    sensor: async (probe) => {
      const { Item: item } = await client.send(
        new GetItemCommand({ TableName: table, Key: { probe: { S: probe } } }),
      );
      return item === undefined ? fail('unknown-probe') : sensorOf(probe, item);
    },
    all: () => scanAll(client, table),
  };
}

async function scanAll(client: DynamoDBClient, table: string): Promise<AllSensors> {
  const items: Item[] = [];
  let from: Item | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: table,
        ProjectionExpression: projection(ALL_ATTRIBUTES),
        ExpressionAttributeNames: aliases(ALL_ATTRIBUTES),
        ConsistentRead: true,
        ExclusiveStartKey: from,
      }),
    );
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return {
    homes: networksOf(items.flatMap(homeOf).map(publicCidr)),
    sensors: items.length,
    shownAt: new Map(items.flatMap(shownAtOf)),
  };
}

function shownAtOf(item: Item): readonly [string, Point][] {
  const probe = textOf(item, 'probe') ?? '';
  const [lat, lon] = [numberOf(item, 'publicLat'), numberOf(item, 'publicLon')];
  if (lat === undefined || lon === undefined) return [];
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? [[probe, { lat, lon }]] : [];
}

/** One that is no network is left out here: its sensor's batches are refused, and counted, as a bad registration. */
function networksOf(cidrs: readonly string[]): Networks {
  const parsed = parseCidrs(cidrs.filter((cidr) => parseCidrs([cidr]).ok));
  if (!parsed.ok) throw new Error(`The registry's home networks cannot be read: ${parsed.detail}.`);
  return parsed.value;
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
