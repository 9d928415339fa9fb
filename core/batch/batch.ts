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

/** Events as a probe reports them, as columns. */
export interface BatchEvents extends Readonly<RowColumns> {
  readonly length: number;
  /** Distinct addresses, 4 or 16 bytes each: `initiator` and `responder` point here. */
  readonly addresses: readonly Uint8Array[];
  /** Distinct texts; entry 0 is ''. */
  readonly texts: readonly string[];
}
