import type { Meter } from '../meter.ts';
import { AwsError } from './aws-error.ts';
import { type Answer, type Call, jsonAnswer, jsonBody, type Service } from './call.ts';
import type { EmulatorClient } from './emulator-client.ts';
import type { PutEntry } from './kinesis-limits.ts';
import type { KinesisStream } from './kinesis-stream.ts';

/** Actions after which other shards are open. */
const RESHARDING = new Set(['UpdateShardCount', 'SplitShard', 'MergeShards']);

/** Kinesis as the gateway answers it: puts are limited and kept, the rest goes to the emulator. */
export class KinesisService implements Service {
  readonly errors = 'json';
  readonly #streams: () => readonly KinesisStream[];
  readonly #client: EmulatorClient;
  readonly #meter: Meter;

  constructor(streams: () => readonly KinesisStream[], client: EmulatorClient, meter: Meter) {
    this.#streams = streams;
    this.#client = client;
    this.#meter = meter;
  }

  async answer(call: Call): Promise<Answer> {
    const body = jsonBody(call);
    this.#meter.add('kinesis.requests');
    if (call.action === 'ListStreams') {
      call.authorize('kinesis:ListStreams', '*');
      return jsonAnswer({
        StreamNames: this.#streams().map((stream) => stream.definition.name),
        HasMoreStreams: false,
      });
    }
    const stream = this.#stream(body);
    call.authorize(`kinesis:${call.action}`, stream.definition.arn);
    if (call.action === 'PutRecords') return this.#putRecords(stream, body);
    if (call.action === 'PutRecord') return this.#putRecord(stream, body);
    const answer = await this.#client.pass(call.action, namedOnly(body, stream));
    if (RESHARDING.has(call.action)) await settled(stream);
    return { ...answer, headers: { 'content-type': 'application/x-amz-json-1.1' } };
  }

  async #putRecords(stream: KinesisStream, body: Record<string, unknown>): Promise<Answer> {
    const entries = (Array.isArray(body['Records']) ? body['Records'] : []).map(readEntry);
    const results = await stream.put(entries);
    const failed = results.filter((result) => 'ErrorCode' in result).length;
    return jsonAnswer({ FailedRecordCount: failed, Records: results });
  }

  async #putRecord(stream: KinesisStream, body: Record<string, unknown>): Promise<Answer> {
    const [result] = await stream.put([readEntry(body)]);
    if (result === undefined || 'ErrorCode' in result) {
      throw new AwsError(result?.ErrorCode ?? 'InternalFailure', result?.ErrorMessage ?? '');
    }
    return jsonAnswer(result);
  }

  /** GetRecords names no stream: with more than one it is told by the caller's StreamARN. */
  #stream(body: Record<string, unknown>): KinesisStream {
    const name = body['StreamName'];
    const arn = body['StreamARN'];
    const streams = this.#streams();
    const unnamed = name === undefined && arn === undefined;
    const found = unnamed
      ? streams[0]
      : streams.find(({ definition }) => definition.name === name || definition.arn === arn);
    if (found !== undefined) return found;
    const asked = String(name ?? arn);
    throw new AwsError(
      'ResourceNotFoundException',
      `Stream ${asked} under account 000000000000 not found.`,
    );
  }
}

function readEntry(record: unknown): PutEntry {
  const { PartitionKey, ExplicitHashKey, Data } = record as Record<string, unknown>;
  return {
    partitionKey: String(PartitionKey ?? ''),
    ...(ExplicitHashKey === undefined ? {} : { explicitHashKey: String(ExplicitHashKey) }),
    data: Buffer.from(String(Data ?? ''), 'base64'),
  };
}

/** The emulator has its own idea of ARNs: a name serves as well. */
function namedOnly(body: Record<string, unknown>, stream: KinesisStream): Buffer {
  const { StreamARN, ...rest } = body;
  const named = StreamARN === undefined ? {} : { StreamName: stream.definition.name };
  const hasIterator = rest['ShardIterator'] !== undefined;
  return Buffer.from(JSON.stringify(hasIterator ? rest : { ...rest, ...named }));
}

/** Resharding takes the emulator half a second; puts follow the shards that are open then. */
async function settled(stream: KinesisStream): Promise<void> {
  for (let wait = 0; wait < 100; wait += 1) {
    const answer = await stream.client.call('DescribeStreamSummary', {
      StreamName: stream.definition.name,
    });
    const summary = answer['StreamDescriptionSummary'] as { StreamStatus?: string };
    if (summary.StreamStatus === 'ACTIVE') break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await stream.refreshShards();
}
