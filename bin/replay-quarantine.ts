import { setTimeout as sleep } from 'node:timers/promises';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { GIVEN_UP_PREFIX, REFUSED_PREFIX } from '../core/batch/set-aside.ts';
import { runCommand, usageError } from './command/command-error.ts';
import { PLACE_FLAGS, PLACE_HELP, pipelinePlace } from './command/pipeline-place.ts';
import {
  chosen,
  parseSince,
  type Quarantined,
  quarantinedOf,
  summaryLines,
} from './command/quarantined.ts';
import { type ReplayPorts, replay } from './command/replay.ts';
import { parseFlags } from './command/sensor-options.ts';

const HELP = `Usage: npm run replay:quarantine -- [--dry-run] [--reason R] [--probe ID] [--since WHEN]

Lists what the pipeline refused or Lambda gave up on, and puts it into the stream again: after its cause was put right,
it is stored. A batch that is stored already is recognised and counted as a duplicate, never stored twice.

  --dry-run       only list
  --reason R      only refused for this reason (given-up: what Lambda gave up on); give it once for each
  --probe ID      only what this probe sent; give it once for each
  --since WHEN    only what arrived since then: 2026-11-21T08:00, or an age such as 90m, 24h, 7d
  --delete-after  delete each object once the stream has taken its records
${PLACE_HELP}
  --help          show this`;

await runCommand(async () => {
  const flags = parseFlags({
    options: {
      ...PLACE_FLAGS,
      'dry-run': { type: 'boolean' },
      reason: { type: 'string', multiple: true },
      probe: { type: 'string', multiple: true },
      since: { type: 'string' },
      'delete-after': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (flags.help) return console.log(HELP);
  const now = Date.now();
  const since = flags.since === undefined ? 0 : parseSince(flags.since, now);
  if (since === undefined) throw usageError(`--since '${flags.since}' is no date and no age.`);
  const { outputs, client } = await pipelinePlace(flags['data-dir']);
  const bucket = outputs['QuarantineBucketName'] ?? '';
  const stream = outputs['StreamName'] ?? '';
  // Path style: an emulator's address has no name for each bucket.
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  // Emulators of Kinesis speak HTTP/1.1 only, which AWS speaks as well.
  const kinesis = new KinesisClient({ ...client, requestHandler: new NodeHttpHandler() });
  try {
    const probes = flags.probe;
    const found = chosen(await list(s3, bucket), { reasons: flags.reason, probes, since });
    for (const line of summaryLines(found, now)) console.log(line);
    console.log(found.length === 0 ? 'Nothing to replay.' : `${found.length} objects in ${bucket}`);
    if (flags['dry-run'] || found.length === 0) return;
    const deleteAfter = flags['delete-after'] ?? false;
    const done = await replay(found, portsOn(s3, kinesis, { bucket, stream }), {
      deleteAfter,
      probes,
    });
    const kept = deleteAfter ? 'their objects are deleted' : 'their objects are kept';
    console.log(`${done.records} records put into ${stream}; ${kept}.`);
    if (done.unreadable > 0) console.log(`${done.unreadable} objects could not be read.`);
  } finally {
    s3.destroy();
    kinesis.destroy();
  }
});

async function list(s3: S3Client, bucket: string): Promise<Quarantined[]> {
  const all: Quarantined[] = [];
  for (const Prefix of [REFUSED_PREFIX, GIVEN_UP_PREFIX]) {
    for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix })) {
      for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
        const one = quarantinedOf(Key, Size, LastModified?.getTime() ?? 0);
        if (one !== undefined) all.push(one);
      }
    }
  }
  return all;
}

function portsOn(
  s3: S3Client,
  kinesis: KinesisClient,
  { bucket: Bucket, stream: StreamName }: { readonly bucket: string; readonly stream: string },
): ReplayPorts {
  return {
    read: async (Key) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    },
    put: async (records) => {
      const answer = await kinesis.send(
        new PutRecordsCommand({ StreamName, Records: [...records] }),
      );
      return (answer.Records ?? []).flatMap(({ ErrorCode }, i) => (ErrorCode ? [i] : []));
    },
    remove: async (Key) => {
      await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    },
    wait: sleep,
    say: (line) => console.log(line),
  };
}
