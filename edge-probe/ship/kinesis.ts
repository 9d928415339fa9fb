import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type CredentialState, PutError, type PutOutcome, type Sink } from './sink.ts';

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

/** Refusals after which credentials are read anew: whoever renews them writes files that the SDK reads only once. */
const STALE = new Set([
  'ExpiredTokenException',
  'ExpiredToken',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'AccessDeniedException',
  'CredentialsProviderError',
  'TokenProviderError',
]);

/** The Date header that tells the stream's time has whole seconds, and took its way: less is not told apart from it. */
const CLOCK_NOISE_MS = 2_000;

/** Puts records into a Kinesis stream; the caller repeats failures, the SDK does not. */
export class KinesisSink implements Sink {
  readonly #options: KinesisSinkOptions;
  #client: KinesisClient;
  #credentials: CredentialState = {};

  constructor(options: KinesisSinkOptions) {
    this.#options = options;
    this.#client = this.#connect();
  }

  get credentials(): CredentialState {
    return this.#credentials;
  }

  async put(records: readonly Uint8Array[], signal: AbortSignal): Promise<readonly PutOutcome[]> {
    const { stream, partitionKey } = this.#options;
    const keyOf = typeof partitionKey === 'string' ? (): string => partitionKey : partitionKey;
    const command = new PutRecordsCommand({
      StreamName: stream,
      Records: records.map((Data) => ({ Data, PartitionKey: keyOf(Data) })),
    });
    const client = this.#client;
    const answer = await client.send(command, { abortSignal: signal }).catch((error: unknown) => {
      this.#renewAfter(error);
      throw this.#explain(error);
    });
    this.#credentials = await credentialState(client);
    return (answer.Records ?? []).map((record) =>
      record.ErrorCode ? { ok: false, code: record.ErrorCode } : { ok: true },
    );
  }

  close(): void {
    this.#client.destroy();
  }

  #connect(): KinesisClient {
    const { region, endpoint, requestTimeoutMs } = this.#options;
    const used = region ?? (endpoint ? 'us-east-1' : undefined);
    return new KinesisClient({
      ...(used ? { region: used } : {}),
      ...(endpoint ? { endpoint } : {}),
      credentials: defaultProvider({ ignoreCache: true }),
      maxAttempts: 1,
      // KinesisClient speaks HTTP/2 by default, which plain HTTP endpoints refuse.
      requestHandler: new NodeHttpHandler({
        connectionTimeout: 3_000,
        requestTimeout: requestTimeoutMs ?? 10_000,
        throwOnRequestTimeout: true,
      }),
    });
  }

  #renewAfter(error: unknown): void {
    if (!(error instanceof Error) || !STALE.has(error.name) || isSkew(error)) return;
    this.#client.destroy();
    this.#client = this.#connect();
  }

  #explain(error: unknown): PutError {
    const { stream, endpoint } = this.#options;
    const where = `stream ${stream}${endpoint ? ` at ${endpoint}` : ''}`;
    if (!(error instanceof Error)) return new PutError(`${where}: ${String(error)}`, false, error);
    const { code = '' } = error as NodeJS.ErrnoException;
    const parts = [error.name === 'Error' ? '' : error.name, code, error.message];
    const said = parts.filter((part, at) => part !== '' && !parts[at + 1]?.includes(part));
    const what = `${where}: ${said.join(': ')}`;
    if (isSkew(error)) {
      const seconds = Math.round(this.#client.config.systemClockOffset / 1000);
      return new PutError(`${what}; this clock is ${-seconds} s ahead: set it`, false, error);
    }
    const missingRegion = /region is missing/i.test(error.message);
    const remedy = missingRegion ? 'give --region or AWS_REGION' : REMEDY[error.name];
    return remedy
      ? new PutError(`${what}; ${remedy}`, true, error)
      : new PutError(what, false, error);
  }
}

/** The signature was refused for its time, and the SDK has learned the stream's: the next one fits. */
function isSkew(error: Error): boolean {
  const { $metadata } = error as { $metadata?: { clockSkewCorrected?: boolean } };
  return $metadata?.clockSkewCorrected === true;
}

async function credentialState({ config }: KinesisClient): Promise<CredentialState> {
  const { expiration } = await config.credentials();
  const offset = config.systemClockOffset;
  return {
    clockOffsetMs: Math.abs(offset) < CLOCK_NOISE_MS ? 0 : offset,
    ...(expiration ? { credentialsExpireMs: expiration.getTime() } : {}),
  };
}
