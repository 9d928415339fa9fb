import { Buffer } from 'node:buffer';
import { type DynamoDBClient, GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { type Networks, parseCidrs } from '../../core/redact/network.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Registry, Sensor, SensorError } from '../wrangle/sensor.ts';
import { aliases, type Item, numberOf, textOf } from './attributes.ts';

const KEY_BYTES = 32;

/** Prefix lengths that the public is told of other addresses, see truncateAddress. */
const PUBLIC_BITS = { v4: 24, v6: 48 } as const;

/** The registry table: key `probe`; few items, so it is scanned for the networks of all. */
export function dynamoRegistry(client: DynamoDBClient, table: string): Registry {
  return {
    sensor: async (probe) => {
      const { Item: item } = await client.send(
        new GetItemCommand({ TableName: table, Key: { probe: { S: probe } } }),
      );
      return item === undefined ? fail('unknown-probe') : sensorOf(probe, item);
    },
    homes: () => scanHomes(client, table),
  };
}

async function scanHomes(client: DynamoDBClient, table: string): Promise<Networks> {
  const cidrs: string[] = [];
  let from: Item | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: table,
        ProjectionExpression: '#home',
        ExpressionAttributeNames: aliases(['home']),
        ConsistentRead: true,
        ExclusiveStartKey: from,
      }),
    );
    cidrs.push(...(page.Items ?? []).flatMap(homeOf));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return networksOf(cidrs.map(widened));
}

/** One that is no network is left out here: its sensor's batches are refused, and counted, as a bad registration. */
function networksOf(cidrs: readonly string[]): Networks {
  const parsed = parseCidrs(cidrs.filter((cidr) => parseCidrs([cidr]).ok));
  if (!parsed.ok) throw new Error(`The registry's home networks cannot be read: ${parsed.detail}.`);
  return parsed.value;
}

/** A neighbour's /24 or /48 would be the home's own. */
function widened(cidr: string): string {
  const [address = '', length = '128'] = cidr.split('/');
  const most = address.includes(':') ? PUBLIC_BITS.v6 : PUBLIC_BITS.v4;
  return Number(length) > most ? `${address}/${most}` : cidr;
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
