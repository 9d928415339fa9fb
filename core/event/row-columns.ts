/** The columns that batches and event tables share: one array per field, row i across all of them. */
export interface RowColumns {
  /** EVENT_KIND. */
  kind: Uint8Array;
  /** Start of what the row tells, ms since the epoch (open, whole, finding: first packet; others: last packet). Whole ms once encoded. */
  time: Float64Array;
  /** Length of the flow or finding so far, round trip of a trace row; ms. */
  durationMs: Uint32Array;
  /** The flow's number within the boot; 0 for rows of no flow. */
  flow: Uint32Array;
  /** Index of an end: initiator of the flow, asking host of a name row, source of a finding, hop of a trace row. */
  initiator: Uint32Array;
  /** Index of an end: responder of the flow, named address of a name row, (one) target of a finding or trace row. */
  responder: Uint32Array;
  /** ICMP: the type of the initiator's packet. Trace row: the TTL. 0 where the audience may not know it. */
  initiatorPort: Uint16Array;
  /** ICMP: the code of the initiator's packet. Finding: the port asked for, or 0. */
  responderPort: Uint16Array;
  /** IP protocol number. */
  protocol: Uint8Array;
  /** Packets and bytes are since the flow's previous row, so that a sum over rows is a total. */
  packetsOut: Uint32Array;
  packetsIn: Uint32Array;
  /** IP bytes (header and payload) from initiator to responder. */
  bytesOut: Float64Array;
  bytesIn: Float64Array;
  /** OR of TCP flags sent by the initiator since the flow began. */
  flagsOut: Uint8Array;
  flagsIn: Uint8Array;
  /** Index into CONN_STATES. */
  state: Uint8Array;
  /** Index into `texts`: the name of a name row, the command of a process row or of a flow's owner; 0 (the empty text) otherwise. */
  text: Uint32Array;
  /** Index into `texts`: JA4 of a flow's TLS or QUIC hello, arguments of an exec row; 0 otherwise. */
  detail: Uint32Array;
  /** Index into `texts`: Zeek's history letters of a flow; 0 while there are none. */
  history: Uint32Array;
  /** Id of the outermost 802.1Q tag, 0 for none. */
  vlan: Uint16Array;
  /** Id in SERVICES (core/classify/services.ts). */
  service: Uint16Array;
  /** METHOD: how `service` was told. `none` in a batch leaves it to the ports. */
  method: Uint8Array;
  /** How sure `service`, or a finding, is: 0…100. */
  confidence: Uint8Array;
  /** Process of a process row, or local owner of a flow; 0 when not known. */
  pid: Uint32Array;
  parentPid: Uint32Array;
  /** uid of a process row. */
  user: Uint32Array;
  /** Exit code of an exit row. */
  exitCode: Uint16Array;
  /** Id in BEHAVIOURS (core/classify/behaviours.ts) of a finding; 0 otherwise. */
  behaviour: Uint8Array;
  /** What a finding counted: distinct hosts or ports, attempts, answers. */
  evidence: Uint32Array;
}

/** The number columns of an event table. */
export interface TableColumns extends RowColumns {
  /** Index into `tags`. */
  tag: Uint16Array;
  /** DIRECTION. */
  direction: Uint8Array;
  /** Public: what several probes' rows of one conversation have in common, keyed and of 32 bits; 0 where it is not told. */
  pair: Uint32Array;
  /** Further rows like this one that were folded into it, their packets and bytes included: it counts for 1 + folded. */
  folded: Uint32Array;
}

/** Zeroed columns of `rows` rows. */
export function emptyColumns(rows: number): RowColumns {
  return {
    kind: new Uint8Array(rows),
    time: new Float64Array(rows),
    durationMs: new Uint32Array(rows),
    flow: new Uint32Array(rows),
    initiator: new Uint32Array(rows),
    responder: new Uint32Array(rows),
    initiatorPort: new Uint16Array(rows),
    responderPort: new Uint16Array(rows),
    protocol: new Uint8Array(rows),
    packetsOut: new Uint32Array(rows),
    packetsIn: new Uint32Array(rows),
    bytesOut: new Float64Array(rows),
    bytesIn: new Float64Array(rows),
    flagsOut: new Uint8Array(rows),
    flagsIn: new Uint8Array(rows),
    state: new Uint8Array(rows),
    text: new Uint32Array(rows),
    detail: new Uint32Array(rows),
    history: new Uint32Array(rows),
    vlan: new Uint16Array(rows),
    service: new Uint16Array(rows),
    method: new Uint8Array(rows),
    confidence: new Uint8Array(rows),
    pid: new Uint32Array(rows),
    parentPid: new Uint32Array(rows),
    user: new Uint32Array(rows),
    exitCode: new Uint16Array(rows),
    behaviour: new Uint8Array(rows),
    evidence: new Uint32Array(rows),
  };
}

/** Zeroed columns of `rows` rows of a table. */
export function emptyTableColumns(rows: number): TableColumns {
  return {
    ...emptyColumns(rows),
    tag: new Uint16Array(rows),
    direction: new Uint8Array(rows),
    pair: new Uint32Array(rows),
    folded: new Uint32Array(rows),
  };
}
