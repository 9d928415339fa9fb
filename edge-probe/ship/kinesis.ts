import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { PutError, type PutOutcome, type Sink } from './sink.ts';

export interface KinesisSinkOptions {
  readonly stream: string;
  /** One for all records, or what each one's is. */
  readonly partitionKey: string | ((record: Uint8Array) => string);
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly requestTimeoutMs?: number;
}

/** What an operator can do about a refusal that sending again does not mend. */
const REMEDY: Readonly<Record<string, string>> = {
  AccessDeniedException: 'let these credentials call kinesis:PutRecords on it (ProbePolicy)',
  ResourceNotFoundException: 'check --stream, --region and --endpoint',
  UnrecognizedClientException: 'check the credentials (AWS_ACCESS_KEY_ID or AWS_PROFILE)',
  InvalidSignatureException: 'check AWS_SECRET_ACCESS_KEY and the clock',
  ExpiredTokenException: 'renew the credentials',
  ExpiredToken: 'renew the credentials',
  CredentialsProviderError: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE',
  TokenProviderError: 'sign in again (aws sso login)',
  ValidationException: 'check --stream',
  InvalidArgumentException: 'check --stream',
};

/** Puts records into a Kinesis stream; the caller repeats failures, the SDK does not. */
export class KinesisSink implements Sink {
  readonly #client: KinesisClient;
  readonly #options: KinesisSinkOptions;

  constructor(options: KinesisSinkOptions) {
    this.#options = options;
    const region = options.region ?? (options.endpoint ? 'us-east-1' : undefined);
    this.#client = new KinesisClient({
      ...(region ? { region } : {}),
      ...(options.endpoint ? { endpoint: options.endpoint } : {}),
      maxAttempts: 1,
      // KinesisClient speaks HTTP/2 by default, which plain HTTP endpoints refuse.
      requestHandler: new NodeHttpHandler({
        connectionTimeout: 3_000,
        requestTimeout: options.requestTimeoutMs ?? 10_000,
        throwOnRequestTimeout: true,
      }),
    });
  }

  async put(records: readonly Uint8Array[], signal: AbortSignal): Promise<readonly PutOutcome[]> {
    const { stream, partitionKey } = this.#options;
    const keyOf = typeof partitionKey === 'string' ? (): string => partitionKey : partitionKey;
    const command = new PutRecordsCommand({
      StreamName: stream,
      Records: records.map((Data) => ({ Data, PartitionKey: keyOf(Data) })),
    });
    const answer = await this.#client
      .send(command, { abortSignal: signal })
      .catch((error: unknown) => {
        throw this.#explain(error);
      });
    return (answer.Records ?? []).map((record) =>
      record.ErrorCode ? { ok: false, code: record.ErrorCode } : { ok: true },
    );
  }

  close(): void {
    this.#client.destroy();
  }

  #explain(error: unknown): PutError {
    const { stream, endpoint } = this.#options;
    const where = `stream ${stream}${endpoint ? ` at ${endpoint}` : ''}`;
    if (!(error instanceof Error)) return new PutError(`${where}: ${String(error)}`, false, error);
    const { code = '' } = error as NodeJS.ErrnoException;
    const parts = [error.name === 'Error' ? '' : error.name, code, error.message];
    const said = parts.filter((part, at) => part !== '' && !parts[at + 1]?.includes(part));
    const what = `${where}: ${said.join(': ')}`;
    const missingRegion = /region is missing/i.test(error.message);
    const remedy = missingRegion ? 'give --region or AWS_REGION' : REMEDY[error.name];
    return remedy
      ? new PutError(`${what}; ${remedy}`, true, error)
      : new PutError(what, false, error);
  }
}
