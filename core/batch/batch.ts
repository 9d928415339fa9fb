import type { Provenance } from '../event/kinds.ts';
import type { RowColumns } from '../event/row-columns.ts';

/** Who made a batch and which it is: (probe, boot, sequence) is its identity for ever. */
export interface BatchHeader {
  /** Registered probe id, `[a-z0-9-]{1,64}`. */
  readonly probe: string;
  /** 16 lower-case hex digits, new at every start of the probe. */
  readonly boot: string;
  /** 1, 2, 3 … within a boot, without holes. */
  readonly sequence: number;
  /** When the batch was cut, ms since the epoch, by the probe's clock. */
  readonly createdAt: number;
  readonly provenance: Provenance;
  /** 1 when every packet was looked at, n for 1:n. */
  readonly sampling: number;
}

/** The address at index 0: that of an end which the row does not tell. */
export const UNTOLD: Uint8Array = new Uint8Array(0);

/**
 * Events as a probe reports them, as columns. A `close` with no packets to tell names only its flow, protocol, flags and
 * state: its ends are not told, since the flow's row before did, and its time is when the probe saw that it had ended.
 */
export interface BatchEvents extends Readonly<RowColumns> {
  readonly length: number;
  /** Distinct addresses, 4 or 16 bytes each, after UNTOLD: `initiator` and `responder` point here. */
  readonly addresses: readonly Uint8Array[];
  /** Distinct texts; entry 0 is ''. */
  readonly texts: readonly string[];
}
