import { Buffer } from 'node:buffer';
import type {
  KinesisStreamBatchResponse,
  KinesisStreamEvent,
  KinesisStreamRecord,
} from 'aws-lambda';
import { dynamoClient, s3Client } from '../aws/clients.ts';
import { dynamoLogList } from '../aws/log-list.ts';
import { dynamoPublicKey } from '../aws/public-key.ts';
import { s3Quarantine } from '../aws/quarantine.ts';
import { dynamoRegistry } from '../aws/registry.ts';
import { dynamoSegmentLog } from '../aws/segment-log.ts';
import { openGeo } from '../geo/geo.ts';
import { errorLine, metricLine } from '../metrics.ts';
import { parseWrangleEnv } from './env.ts';
import { locatorOf } from './locate.ts';
import { publicPolicyOf } from './public-policy.ts';
import { cachedRegistry } from './sensor.ts';
import { type IncomingRecord, Wrangler } from './wrangle.ts';

const settings = parseWrangleEnv(process.env);
const client = dynamoClient();
const onError = (doing: string, error: unknown): void => {
  console.error(errorLine('wrangle', doing, error));
};
const wrangler = await startWrangler();

/** Lambda's entry: records of the ingest stream. */
export async function handler(event: KinesisStreamEvent): Promise<KinesisStreamBatchResponse> {
  const { failed, counts } = await wrangler.take(event.Records.map(incoming));
  console.log(metricLine('wrangle', counts, Date.now()));
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

async function startWrangler(): Promise<Wrangler> {
  const geo = await openGeo(settings.geo, (error) => onError('opening a geo database', error));
  const registry = cachedRegistry(dynamoRegistry(client, settings.registryTable), Date.now);
  return new Wrangler({
    log: dynamoSegmentLog(client, settings.segmentsTable, settings.segmentDays),
    logs: dynamoLogList(client, settings.logsTable),
    registry,
    quarantine: s3Quarantine(s3Client(), settings.quarantineBucket),
    locator: locatorOf(settings.networks, geo),
    policy: publicPolicyOf(settings.publishing, {
      registry,
      publicKey: dynamoPublicKey(client, settings.logsTable),
      networks: settings.networks,
      cells: undefined,
    }),
    now: Date.now,
    onError,
  });
}

function incoming({ eventID, kinesis }: KinesisStreamRecord): IncomingRecord {
  // `shardId-000000000000:4959…`
  const [shard = ''] = eventID.split(':');
  const arrivedS = kinesis.approximateArrivalTimestamp;
  return {
    shard,
    sequence: kinesis.sequenceNumber,
    bytes: Buffer.from(kinesis.data, 'base64'),
    arrivedAt: arrivedS > 0 ? arrivedS * 1000 : Date.now(),
  };
}
