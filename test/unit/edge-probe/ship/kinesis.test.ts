import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KinesisSink } from '../../../../edge-probe/ship/kinesis.ts';
import { PutError } from '../../../../edge-probe/ship/sink.ts';

const RECORDS = [Uint8Array.of(1, 2), Uint8Array.of(3)];
const never = new AbortController().signal;

describe('KinesisSink', () => {
  let server: Server;
  let endpoint: string;
  let requests: { target: unknown; body: unknown }[];
  let answer: (response: ServerResponse) => void;
  let sink: KinesisSink;
  const kept = { ...process.env };

  beforeEach(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local-probe', AWS_SECRET_ACCESS_KEY: 'x' });
    requests = [];
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      requests.push({ target: request.headers['x-amz-target'], body: JSON.parse(body) });
      answer(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    sink = makeSink();
  });

  afterEach(async () => {
    sink.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    process.env = { ...kept };
  });

  function makeSink(): KinesisSink {
    return new KinesisSink({ stream: 's', partitionKey: 'p', endpoint, requestTimeoutMs: 250 });
  }

  function answers(status: number, body: object): void {
    answer = (response) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(body));
    };
  }

  async function failureOf(): Promise<PutError> {
    const error = await sink.put(RECORDS, never).catch((thrown: unknown) => thrown);
    if (error instanceof PutError) return error;
    throw new Error(`expected a PutError, got ${String(error)}`);
  }

  it('puts the bytes under the partition key and tells each record its outcome', async () => {
    answers(200, {
      FailedRecordCount: 1,
      Records: [
        { SequenceNumber: '1', ShardId: 'shardId-0' },
        { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'slow down' },
      ],
    });

    const outcomes = await sink.put(RECORDS, never);

    expect(outcomes).toEqual([
      { ok: true },
      { ok: false, code: 'ProvisionedThroughputExceededException' },
    ]);
    expect(requests).toEqual([
      {
        target: 'Kinesis_20131202.PutRecords',
        body: {
          StreamName: 's',
          Records: [
            { Data: 'AQI=', PartitionKey: 'p' },
            { Data: 'Aw==', PartitionKey: 'p' },
          ],
        },
      },
    ]);
  });

  it('puts each record under its own partition key when it is told how', async () => {
    answers(200, { FailedRecordCount: 0, Records: [{ SequenceNumber: '1' }] });
    sink = new KinesisSink({ stream: 's', partitionKey: ([first]) => `p${first}`, endpoint });

    await sink.put(RECORDS, never);

    expect(requests[0]?.body).toMatchObject({
      Records: [{ PartitionKey: 'p1' }, { PartitionKey: 'p3' }],
    });
  });

  it.each([
    ['AccessDeniedException', /kinesis:PutRecords/],
    ['ResourceNotFoundException', /check --stream/],
  ])('says what to do about %s, which sending again does not mend', async (name, remedy) => {
    answers(400, { __type: name, message: 'no' });

    const error = await failureOf();

    expect(error.permanent).toBe(true);
    expect(error.message).toMatch(remedy);
    expect(error.message).toContain(`stream s at ${endpoint}`);
  });

  it('calls a server error and a throttled call passing, and does not repeat them itself', async () => {
    answers(500, { __type: 'InternalFailure' });
    expect((await failureOf()).permanent).toBe(false);
    answers(400, { __type: 'ProvisionedThroughputExceededException' });
    expect((await failureOf()).permanent).toBe(false);
    expect(requests).toHaveLength(2);
  });

  it('gives up waiting for an answer that does not come', async () => {
    answer = () => {};

    const error = await failureOf();

    expect(error.permanent).toBe(false);
    expect(error.message).toMatch(/Timeout/i);
  });

  it('names the endpoint that refuses connections', async () => {
    await new Promise((resolve) => server.close(resolve));

    const error = await failureOf();

    expect(error.permanent).toBe(false);
    expect(error.message).toContain('ECONNREFUSED');
  });
});
