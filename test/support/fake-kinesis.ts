import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openEnvelope } from '../../core/batch/envelope.ts';

/** A stream that keeps what is put into it, or answers what it is told to. */
export class FakeKinesis {
  readonly records: Uint8Array[] = [];
  /** Answered instead, while it is set. */
  refusal: { readonly type: string; readonly message: string } | undefined;
  /** Called when records were taken, before it says so. */
  onRecords: () => void = () => {};
  /** ms that its Date header is ahead. */
  clockMs = 0;
  readonly #server: Server;

  constructor() {
    this.#server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      response.setHeader('date', new Date(Date.now() + this.clockMs).toUTCString());
      if (request.method === 'HEAD') return response.end();
      if (this.refusal) {
        response.writeHead(400, { 'x-amzn-errortype': this.refusal.type });
        return response.end(JSON.stringify({ message: this.refusal.message }));
      }
      const { Records } = JSON.parse(body) as { Records: { Data: string }[] };
      this.records.push(...Records.map(({ Data }) => Buffer.from(Data, 'base64')));
      this.onRecords();
      const outcome = { SequenceNumber: '1', ShardId: 'shardId-0' };
      return response.end(JSON.stringify({ Records: Records.map(() => outcome) }));
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Boots and sequences of what came, each once. */
  identities(): Set<string> {
    const headers = this.records.map((bytes) => {
      const opened = openEnvelope(bytes);
      if (!opened.ok) throw new Error(opened.reason);
      return opened.value.header;
    });
    return new Set(headers.map(({ boot, sequence }) => `${boot}/${sequence}`));
  }
}
