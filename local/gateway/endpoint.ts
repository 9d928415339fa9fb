import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Access } from '../iam/access.ts';
import type { Meter } from '../meter.ts';
import { AwsError } from './aws-error.ts';
import type { Answer, Call, Service } from './call.ts';
import { type Credential, readCredential } from './credential.ts';

/** Larger requests than any service takes are cut off here. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** What the endpoint is made of. */
export interface EndpointParts {
  /** By the service name of the credential scope. */
  readonly services: Readonly<Record<string, Service>>;
  readonly access: () => Access;
  readonly meter: Meter;
  readonly log: (line: string) => void;
}

/** The one address that stands for all AWS APIs: plain HTTP/1.1 on 127.0.0.1. */
export class AwsEndpoint {
  readonly #parts: EndpointParts;
  readonly #server: Server;
  readonly #told = new Set<string>();

  constructor(parts: EndpointParts) {
    this.#parts = parts;
    this.#server = createServer((request, response) => {
      void this.#serve(request, response);
    });
    this.#server.keepAliveTimeout = 60_000;
  }

  /** Listens on an ephemeral port and gives its URL. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const credential = readCredential(request.headers.authorization);
    const service = this.#parts.services[credential?.service ?? ''];
    let answer: Answer;
    try {
      const body = await readBody(request);
      if (credential === undefined || service === undefined) throw unknownService(credential);
      answer = await service.answer(this.#call(request, body, credential));
    } catch (error) {
      answer = this.#failure(error, service?.errors ?? 'json');
    }
    send(request, response, answer);
  }

  #call(request: IncomingMessage, body: Buffer, credential: Credential): Call {
    const url = new URL(request.url ?? '/', 'http://local');
    const { accessKeyId } = credential;
    if (this.#parts.access().callerOf(accessKeyId) === undefined) {
      throw new AwsError(
        'UnrecognizedClientException',
        `The access key id ${accessKeyId} is nobody’s.`,
        403,
      );
    }
    return {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body,
      action: String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? '',
      authorize: (action, resource) => this.#authorize(accessKeyId, action, resource),
    };
  }

  #authorize(accessKeyId: string, action: string, resource: string): void {
    const access = this.#parts.access();
    if (access.allows(accessKeyId, { action, resource })) return;
    const caller = access.callerOf(accessKeyId) ?? accessKeyId;
    const message =
      `User: ${caller} is not authorized to perform: ${action} on resource: ${resource} ` +
      `because no identity-based policy allows the ${action} action`;
    this.#parts.meter.add('iam.denied');
    if (!this.#told.has(message)) this.#parts.log(`AccessDenied: ${message}`);
    this.#told.add(message);
    throw new AwsError('AccessDeniedException', message);
  }

  #failure(error: unknown, form: Service['errors']): Answer {
    if (!(error instanceof AwsError)) {
      this.#parts.log(
        `AWS endpoint failed: ${error instanceof Error ? error.stack : String(error)}`,
      );
    }
    const known =
      error instanceof AwsError ? error : new AwsError('InternalFailure', String(error), 500);
    return form === 'xml' ? xmlError(known) : jsonError(known);
  }
}

function unknownService(credential: Credential | undefined): AwsError {
  if (credential === undefined) {
    return new AwsError('MissingAuthenticationTokenException', 'The request is not signed.', 403);
  }
  return new AwsError('UnknownOperationException', `No service ${credential.service} here.`);
}

function jsonError(error: AwsError): Answer {
  return {
    status: error.status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': error.code },
    body: JSON.stringify({ __type: error.code, message: error.message, ...error.more }),
  };
}

function xmlError(error: AwsError): Answer {
  const denied = error.code === 'AccessDeniedException';
  const code = denied ? 'AccessDenied' : error.code;
  const message = error.message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return {
    status: denied ? 403 : error.status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES)
      throw new AwsError('RequestEntityTooLarge', 'The request is too large.', 413);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks, size);
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.body ?? '');
  response.writeHead(answer.status, {
    'x-amzn-requestid': randomUUID(),
    'content-length': body.length,
    ...answer.headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
