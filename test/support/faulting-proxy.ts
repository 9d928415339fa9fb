import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with a call. Those that end in `after` are done all the same: only the answer is lost. */
export type Fault =
  | 'none'
  | 'throttled'
  | 'internal error'
  | 'internal error after'
  | 'condition failed'
  | 'condition failed after'
  | 'cut'
  | 'cut after'
  | 'silence'
  | 'silence after';

/** An error as DynamoDB answers it. Source: Amazon DynamoDB Developer Guide, Error handling with DynamoDB. */
const ERRORS: Readonly<Partial<Record<Fault, readonly [status: number, type: string]>>> = {
  throttled: [400, 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException'],
  'internal error': [500, 'com.amazonaws.dynamodb.v20120810#InternalServerError'],
  'internal error after': [500, 'com.amazonaws.dynamodb.v20120810#InternalServerError'],
  'condition failed': [400, 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException'],
  'condition failed after': [
    400,
    'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
  ],
};

/** One call that came: its operation, `PutItem`, and its body. */
export interface Call {
  readonly operation: string;
  readonly body: string;
}

/** HTTP in front of an emulator of DynamoDB, which does to each call what `fault` says. */
export class FaultingProxy {
  readonly #server: Server;
  readonly #target: number;
  readonly #fault: (call: Call) => Fault;

  /** `target` is the emulator's port on this host. */
  constructor(target: number, fault: (call: Call) => Fault) {
    this.#target = target;
    this.#fault = fault;
    this.#server = createServer((incoming, answer) => {
      this.#serve(incoming, answer).catch(() => answer.destroy());
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

  async #serve(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await bytesOf(incoming);
    const operation = String(incoming.headers['x-amz-target']).split('.').at(-1) ?? '';
    const fault = this.#fault({ operation, body: body.toString() });
    const done =
      fault === 'none' || fault.endsWith('after') ? await this.#forward(incoming, body) : undefined;
    if (fault.startsWith('silence')) return;
    if (fault.startsWith('cut')) return void answer.destroy();
    const [status, type] = ERRORS[fault] ?? [];
    if (status !== undefined) {
      answer.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
      answer.end(JSON.stringify({ __type: type, message: fault }));
      return;
    }
    answer.writeHead(done?.status ?? 502, { 'content-type': 'application/x-amz-json-1.0' });
    answer.end(done?.body);
  }

  async #forward(
    incoming: IncomingMessage,
    body: Buffer,
  ): Promise<{ readonly status: number; readonly body: Buffer }> {
    const { method, headers } = incoming;
    const options = { host: '127.0.0.1', port: this.#target, method, headers };
    const answered = await new Promise<IncomingMessage>((resolve, reject) => {
      request(options, resolve).on('error', reject).end(body);
    });
    return { status: answered.statusCode ?? 502, body: await bytesOf(answered) };
  }
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}
