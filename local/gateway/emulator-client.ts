import { Agent, request } from 'node:http';
import { AwsError } from './aws-error.ts';

/** kinesis-local takes seconds for large batches; beyond this it hangs. */
const TIMEOUT_MS = 30_000;

/** What an emulator answered. */
export interface EmulatorAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** Talks AWS JSON to an emulator on 127.0.0.1; the emulators read a signature's form but do not check it. */
export class EmulatorClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #target: string;
  #port = 0;

  /** `target` is the API's name in `X-Amz-Target`, such as `Kinesis_20131202`. */
  constructor(target: string) {
    this.#target = target;
  }

  /** Says on which port the emulator is, each time it was started. */
  moveTo(port: number): void {
    this.#port = port;
  }

  /** Calls an action; an error of the emulator is thrown as AwsError. */
  async call(action: string, body: unknown): Promise<Record<string, unknown>> {
    const answer = await this.pass(action, Buffer.from(JSON.stringify(body)));
    const json = JSON.parse(answer.body.toString('utf8') || '{}') as Record<string, unknown>;
    if (answer.status === 200) return json;
    const code =
      String(json['__type'] ?? 'InternalFailure')
        .split('#')
        .at(-1) ?? '';
    const { __type, message, Message, ...more } = json;
    throw new AwsError(code, String(message ?? Message ?? ''), answer.status, more);
  }

  /** Passes a request on as it is. */
  pass(action: string, body: Buffer): Promise<EmulatorAnswer> {
    return new Promise((resolve, reject) => {
      const sending = request(
        {
          host: '127.0.0.1',
          port: this.#port,
          method: 'POST',
          agent: this.#agent,
          headers: {
            'content-type': this.#target.startsWith('Kinesis')
              ? 'application/x-amz-json-1.1'
              : 'application/x-amz-json-1.0',
            'content-length': body.length,
            'x-amz-target': `${this.#target}.${action}`,
            'x-amz-date': '20260101T000000Z',
            authorization:
              'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/local/aws4_request, SignedHeaders=host, Signature=0',
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 500, body: Buffer.concat(chunks) }),
          );
          response.on('error', reject);
        },
      );
      sending.on('error', reject);
      sending.setTimeout(TIMEOUT_MS, () => sending.destroy(new Error(`${action} took too long`)));
      sending.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
