/** What behaviour is told from: one flow as the meter sees it at the moment, in an object that is used again. */
export interface ObservedFlow {
  /** Packets' time, ms. */
  readonly nowMs: number;
  readonly startMs: number;
  readonly family: 4 | 6;
  /** IPv4: the address; IPv6: a hash of its /64. 32 bits. */
  readonly initiatorKey: number;
  readonly responderKey: number;
  readonly initiatorPort: number;
  readonly responderPort: number;
  readonly protocol: number;
  /** Id of SERVICES when payload told it; 0 otherwise. */
  readonly service: number;
  /** Index into CONN_STATES; 0 while the flow is open. */
  readonly state: number;
  readonly packetsOut: number;
  readonly packetsIn: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
  /** Writes the address; how many bytes it has. */
  copyInitiator(into: Uint8Array): number;
  copyResponder(into: Uint8Array): number;
}
