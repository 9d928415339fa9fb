/** What the stream said about one record. */
export type PutOutcome =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: string;
      /** Its probe is refused until somebody does this; batches of other probes pass. */
      readonly remedy?: string;
    };

/** A call that failed as a whole; nothing is known of its records, some may be stored. */
export class PutError extends Error {
  /** Sending the same again will not help until somebody changes something. */
  readonly permanent: boolean;

  constructor(message: string, permanent: boolean, cause?: unknown) {
    super(message, { cause });
    this.name = 'PutError';
    this.permanent = permanent;
  }
}

/** What a sink knows of its credentials and of the clock they are used with. */
export interface CredentialState {
  /** When they end, ms since the epoch; absent when they do not say. */
  readonly credentialsExpireMs?: number;
  /** What this host's clock lacks to the stream's, ms, as far as signatures had to be corrected. */
  readonly clockOffsetMs?: number;
}

/** The stream, as the shipper sees it. */
export interface Sink {
  readonly credentials?: CredentialState;
  /** One outcome a record, in order. Rejects with PutError when the call failed as a whole. */
  put(records: readonly Uint8Array[], signal: AbortSignal): Promise<readonly PutOutcome[]>;
}
