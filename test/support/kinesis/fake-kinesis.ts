import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BatchHeader } from '../../../core/batch/batch.ts';
import { openEnvelope } from '../../../core/batch/envelope.ts';
import type { ProbeWindows } from '../../../core/segment/head.ts';
import { remember, standing } from '../../../core/segment/windows.ts';
import { eventually } from '../eventually.ts';

/** What the stream does with a call. */
export type Fault =
  | 'none'
  /** Ends the connection before it answers. */
  | 'reset'
  /** Never answers. */
  | 'blackhole'
  /** Stores the records and never answers. */
  | 'timeout-after-success'
  /** 500. */
  | 'server-error'
  /** 400, throttled as a whole. */
  | 'throttled';

/** A record that the log took: the first of its identity. */
export interface Stored {
  readonly header: BatchHeader;
  readonly bytes: Uint8Array;
}

/**
 * Kinesis, as far as PutRecords goes, with faults, and behind it a log that decides what is new, as wrangle does.
 * It speaks HTTP to the SDK's own client; `stop` and `start` make it refuse connections.
 */
export class FakeKinesis {
  fault: (call: number) => Fault = () => 'none';
  /** Share of records that are refused as throttled. */
  refusing = 0;
  random: () => number = Math.random;
  /** How far its clock is from this machine's, ms; signatures over 5 minutes off are refused. */
  clockOffsetMs = 0;
  /** Access keys that are refused, and with which error. */
  readonly refusedKeys = new Map<string, string>();
  readonly stored: Stored[] = [];
  /** Whether `stored` is kept; `storedBatches` counts in any case. */
  keeping = true;
  storedBatches = 0;
  readonly calls: number[] = [];
  /** Records that were not new, by what the log says of them. */
  readonly repeated: Record<string, number> = {};
  #windows: ProbeWindows = {};
  #server: Server | undefined;
  #port = 0;

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<string> {
    const server = createServer((request, response) => void this.#serve(request, response));
    // A connection of somebody else's can have its old port for a while.
    await eventually(
      () =>
        new Promise<boolean>((resolve) => {
          server.once('error', () => resolve(false));
          server.listen(this.#port, '127.0.0.1', () => resolve(true));
        }),
      (listens) => listens,
    );
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    return this.endpoint;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  }

  /** Sequences stored, by boot. */
  sequences(): Map<string, number[]> {
    const byBoot = new Map<string, number[]>();
    for (const { header } of this.stored) {
      byBoot.set(header.boot, [...(byBoot.get(header.boot) ?? []), header.sequence]);
    }
    return byBoot;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += chunk;
    const fault = this.fault(this.calls.length + 1);
    const { Records } = JSON.parse(body) as { Records: { Data: string }[] };
    this.calls.push(Records.length);
    response.setHeader('date', new Date(Date.now() + this.clockOffsetMs).toUTCString());
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    const refusal = this.#refusal(request);
    if (refusal !== undefined) return answerError(response, 400, refusal);
    if (fault === 'reset') request.socket.destroy();
    if (fault === 'reset' || fault === 'blackhole') return;
    if (fault === 'server-error') return answerError(response, 500, 'InternalFailure');
    if (fault === 'throttled') {
      return answerError(response, 400, 'ProvisionedThroughputExceededException');
    }
    const outcomes = Records.map(({ Data }) => this.#put(Buffer.from(Data, 'base64')));
    if (fault !== 'timeout-after-success') response.end(JSON.stringify({ Records: outcomes }));
  }

  #refusal(request: IncomingMessage): string | undefined {
    const signed = String(request.headers['x-amz-date'] ?? '');
    const time = Date.parse(signed.replace(/^(....)(..)(..T..)(..)(..)Z$/, '$1-$2-$3:$4:$5Z'));
    const off = Math.abs(time - (Date.now() + this.clockOffsetMs));
    if (off > 5 * 60_000) return 'InvalidSignatureException';
    const key = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
    return this.refusedKeys.get(key);
  }

  #put(bytes: Buffer): object {
    if (this.random() < this.refusing) {
      return { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'slow down' };
    }
    const opened = openEnvelope(bytes);
    if (!opened.ok) throw new Error(`no batch: ${opened.reason}`);
    const { header } = opened.value;
    const stands = standing(this.#windows, header);
    if (stands === 'new') {
      this.#windows = remember(this.#windows, header, Date.now());
      this.storedBatches++;
      if (this.keeping) this.stored.push({ header, bytes });
    } else this.repeated[stands] = (this.repeated[stands] ?? 0) + 1;
    return { SequenceNumber: String(this.stored.length), ShardId: 'shardId-000000000000' };
  }
}

function answerError(response: ServerResponse, status: number, name: string): void {
  response.writeHead(status, { 'x-amzn-errortype': name });
  response.end(JSON.stringify({ __type: name, message: name }));
}
