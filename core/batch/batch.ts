import type { Provenance } from '../event/kinds.ts';

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

/**
 * Events as a probe reports them: one array per field, row i across all of them.
 * Packets and bytes are since the flow's previous row, so that a sum over rows is a total.
 */
export interface BatchEvents {
  readonly length: number;
  /** EVENT_KIND. */
  readonly kind: Uint8Array;
  /** Start of what the row tells, ms since the epoch (open and whole: first packet; others: last packet). */
  readonly time: Float64Array;
  /** Length of the flow so far, ms. */
  readonly durationMs: Uint32Array;
  /** The flow's number within the boot; 0 for rows of no flow. */
  readonly flow: Uint32Array;
  /** Index into `addresses`; initiator of the flow, asking host of a name row. */
  readonly initiator: Uint32Array;
  /** Index into `addresses`; responder of the flow, named address of a name row. */
  readonly responder: Uint32Array;
  readonly initiatorPort: Uint16Array;
  readonly responderPort: Uint16Array;
  /** IP protocol number. */
  readonly protocol: Uint8Array;
  readonly packetsOut: Uint32Array;
  readonly packetsIn: Uint32Array;
  /** IP bytes (header and payload) from initiator to responder. */
  readonly bytesOut: Float64Array;
  readonly bytesIn: Float64Array;
  /** OR of TCP flags sent by the initiator since the flow began. */
  readonly flagsOut: Uint8Array;
  readonly flagsIn: Uint8Array;
  /** Index into CONN_STATES. */
  readonly state: Uint8Array;
  /** Index into `texts`: the name of a name row; 0 (the empty text) otherwise. */
  readonly text: Uint32Array;
  /** Distinct addresses, 4 or 16 bytes each. */
  readonly addresses: readonly Uint8Array[];
  /** Distinct texts; entry 0 is ''. */
  readonly texts: readonly string[];
}
