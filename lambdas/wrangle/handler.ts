import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { dynamoClient, s3Client } from '../aws/clients.ts';
import { dynamoLogList } from '../aws/log-list.ts';
import { dynamoPublicKey } from '../aws/public-key.ts';
import { s3Quarantine } from '../aws/quarantine.ts';
import { dynamoRegistry } from '../aws/registry.ts';
import { dynamoSegmentLog } from '../aws/segment-log.ts';
import { httpsFetcher } from '../intelligence/fetch-list.ts';
import { errorLine, metricLine } from '../metrics.ts';
import { readCells } from './cells-file.ts';
import { readEnrichment } from './enrichment-file.ts';
import { parseWrangleEnv } from './env.ts';
import { incomingRecord } from './incoming.ts';
import { Knowledge } from './knowledge.ts';
import { publicPolicyOf } from './public-policy.ts';
import { cachedRegistry } from './sensor.ts';
import { type Wrangled, Wrangler } from './wrangle.ts';

const settings = parseWrangleEnv(process.env);
const client = dynamoClient();
const onError = (doing: string, error: unknown): void => {
  console.error(errorLine('wrangle', doing, error));
};
const enrichment = readEnrichment(settings.geo.root, settings.enrichment);
const knowledge = openKnowledge();
const wrangler = startWrangler();
let learnt = await knowledge.refresh();

/** Lambda's entry: records of the ingest stream. */
export async function handler(
  event: KinesisStreamEvent,
  context: Context,
): Promise<KinesisStreamBatchResponse> {
  learnt = { ...learnt, ...(await knowledge.refresh()) };
  const { failed, counts } = await takeInTime(event, context.getRemainingTimeInMillis());
  console.log(metricLine('wrangle', { ...counts, ...learnt }, Date.now()));
  learnt = {};
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

function openKnowledge(): Knowledge {
  return new Knowledge(
    { geo: settings.geo, ...enrichment },
    {
      root: settings.geo.root,
      fetch: httpsFetcher(fetch),
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      dayOf: (ms) => new Date(ms).toISOString().slice(0, 10),
      now: Date.now,
      onError: (error) => onError('opening a database or list', error),
    },
  );
}

/** What a record that was begun may take, ms: a few calls that each fail twice before they succeed. */
const RECORD_MS = 15_000;
/** What answering takes at most, ms. */
const ANSWER_MS = 2_000;

/** Answers before the function's timeout, so that what was taken in does not come again. */
async function takeInTime(event: KinesisStreamEvent, remainingMs: number): Promise<Wrangled> {
  const now = Date.now();
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, remainingMs - ANSWER_MS);
  });
  const records = event.Records.map((record) => incomingRecord(record, now));
  try {
    return await wrangler.take(records, { stopAt: now + remainingMs - RECORD_MS, expired });
  } finally {
    clearTimeout(timer);
  }
}

function startWrangler(): Wrangler {
  const registry = cachedRegistry(dynamoRegistry(client, settings.registryTable), Date.now);
  return new Wrangler({
    log: dynamoSegmentLog(client, settings.segmentsTable, settings.segmentDays),
    logs: dynamoLogList(client, settings.logsTable),
    registry,
    quarantine: s3Quarantine(s3Client(), settings.quarantineBucket),
    locator: knowledge.locator,
    policy: publicPolicyOf(settings.publishing, {
      registry,
      publicKey: dynamoPublicKey(client, settings.logsTable),
      ...enrichment,
      cells: readCells(settings.geo.root, settings.cells),
    }),
    now: Date.now,
    onError,
  });
}
