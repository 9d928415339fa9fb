import type { Meter } from '../meter.ts';
import { arn } from '../template/naming.ts';
import { AwsError } from './aws-error.ts';
import { type Answer, type Call, jsonAnswer, type Service } from './call.ts';
import { TokenBucket } from './token-bucket.ts';

/** Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
export const CONNECTION_LIMITS = {
  messageBytes: 128 * 1024,
  /** A message is billed per started 32 KB. */
  billedBytes: 32 * 1024,
  /** Of the account and region, callbacks and all APIs together. */
  requestsPerSecond: 10_000,
  burst: 5_000,
} as const;

/** What became of a message to a connection. */
export type Posted = 'sent' | 'gone' | 'full';

/** The open connections of a WebSocket API. */
export interface Connections {
  post(connectionId: string, message: Buffer): Posted;
  describe(connectionId: string): Readonly<Record<string, unknown>> | undefined;
  disconnect(connectionId: string): boolean;
}

const PATH = /^\/_aws\/execute-api\/([^/]+)\/([^/]+)\/@connections\/([^/]+)$/;

/** Path under the AWS endpoint where the management API of a stage lives. */
export function managementPath(apiId: string, stage: string): string {
  return `/_aws/execute-api/${apiId}/${stage}`;
}

/** API Gateway's management API: POST, GET and DELETE on @connections. */
export class ConnectionsService implements Service {
  readonly errors = 'json';
  readonly #connections: (apiId: string) => Connections | undefined;
  readonly #meter: Meter;
  readonly #account: TokenBucket;

  constructor(connections: (apiId: string) => Connections | undefined, meter: Meter) {
    this.#connections = connections;
    this.#meter = meter;
    this.#account = new TokenBucket(CONNECTION_LIMITS.requestsPerSecond, CONNECTION_LIMITS.burst);
  }

  answer(call: Call): Promise<Answer> {
    return Promise.resolve().then(() => this.#answer(call));
  }

  #answer(call: Call): Answer {
    const [, apiId = '', stage = '', encoded = ''] = PATH.exec(call.path) ?? [];
    const connections = this.#connections(apiId);
    if (connections === undefined) throw new AwsError('ForbiddenException', 'Forbidden', 403);
    const connectionId = decodeURIComponent(encoded);
    const resource = `${apiId}/${stage}/${call.method}/@connections/${connectionId}`;
    call.authorize('execute-api:ManageConnections', arn('execute-api', resource));
    if (!this.#account.take(1)) throw limitExceeded('Rate exceeded');
    if (!/^[\w-]{15}=$/.test(connectionId)) {
      throw new AwsError('BadRequestException', `Invalid connectionId: ${connectionId}`);
    }
    if (call.method === 'POST') return this.#post(connections, connectionId, call.body);
    if (call.method === 'GET') {
      const description = connections.describe(connectionId);
      if (description === undefined) throw gone();
      return jsonAnswer(description);
    }
    if (!connections.disconnect(connectionId)) throw gone();
    return { status: 204 };
  }

  #post(connections: Connections, connectionId: string, message: Buffer): Answer {
    if (message.length > CONNECTION_LIMITS.messageBytes) {
      throw new AwsError('PayloadTooLargeException', 'Message too long', 413);
    }
    const posted = connections.post(connectionId, message);
    if (posted === 'gone') {
      this.#meter.add('socket.gone');
      throw gone();
    }
    if (posted === 'full') {
      this.#meter.add('socket.refusedFull');
      throw limitExceeded('The client side buffer is full');
    }
    this.#meter.add('socket.messagesOut');
    this.#meter.add('socket.bytesOut', message.length);
    this.#meter.add(
      'socket.billedMessages',
      Math.ceil(message.length / CONNECTION_LIMITS.billedBytes) || 1,
    );
    return { status: 200 };
  }
}

function gone(): AwsError {
  return new AwsError('GoneException', 'Gone', 410);
}

function limitExceeded(message: string): AwsError {
  return new AwsError('LimitExceededException', message, 429);
}
