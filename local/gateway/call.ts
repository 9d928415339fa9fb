import type { IncomingMessage } from 'node:http';

/** A request to the AWS endpoint, its caller known. */
export interface Call {
  readonly method: string;
  /** Path as it came, percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Action of a JSON service, such as `PutItem`. */
  readonly action: string;
  /** Stops the call with AccessDenied unless the caller may do this. */
  readonly authorize: (action: string, resource: string) => void;
}

/** What a service answers. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

/** One AWS service behind the endpoint. */
export interface Service {
  answer(call: Call): Promise<Answer>;
  /** Form of the service's errors. */
  readonly errors: 'json' | 'xml';
}

/** Reads a JSON body. */
export function jsonBody(call: Call): Record<string, unknown> {
  const body: unknown = JSON.parse(call.body.toString('utf8') || '{}');
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

/** A JSON answer. */
export function jsonAnswer(body: unknown, status = 200): Answer {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(body),
  };
}
