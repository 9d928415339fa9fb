import type { BatchBuilder } from '../../core/batch/builder.ts';
import type { EventKind } from '../../core/event/kinds.ts';
import type { Packet } from '../decode/packet.ts';
import type { FlowView } from './flow-view.ts';

/** Sees what the meter finds, as it finds it. What it is given is used again: copy what you keep. */
export interface MeterObserver {
  /** The first packet of a flow. */
  flow(packet: Packet): void;
  /** An address of 4 or 16 bytes that a DNS answer gives, repeated ones too. */
  dnsAddress(bytes: Uint8Array, offset: number, size: 4 | 16): void;
}

/** Follows the life of flows. The view is used again: copy what you keep. */
export interface FlowListener {
  /** The flow's first packet was counted. */
  opened(flow: FlowView): void;
  /** The flow is over; told once, after `opened`. */
  closed(flow: FlowView): void;
  /** First payload bytes told `service`. */
  identified?(flow: FlowView): void;
  /** Another second of capture time has begun. */
  tick?(nowMs: number): void;
  /** Every flow has closed; rows may still be added. */
  finish?(): void;
}

/** What `identify` answers. */
export const IDENTIFIED = {
  /** Not by this side's payload. */
  none: 0,
  /** The side's next payload may tell, or tell more when `service` is not 0. */
  more: 1,
  found: 2,
} as const;

/** Names an application from first payload bytes; its fields are good until the next call. */
export interface PayloadIdentifier {
  /** Id in SERVICES. */
  readonly service: number;
  /** 0…100. */
  readonly confidence: number;
  /** The server's name as the payload says it, '' for none, and the service it was read from. */
  readonly name: string;
  readonly nameService: number;
  /** JA4, '' for none. */
  readonly fingerprint: string;
  /** How often names and hellos came to nothing. */
  readonly counters?: { readonly malformedNames: number; readonly droppedHellos: number };
  /** The number of the flow that is asked about next, not 0, and the time, ms. */
  at?(flow: number, nowMs: number): void;
  /** One of IDENTIFIED for the payload `bytes[at, end)`, which `view` shows too. */
  identify(
    bytes: Uint8Array,
    view: DataView,
    at: number,
    end: number,
    protocol: number,
    fromInitiator: boolean,
    responderPort: number,
  ): number;
}

/** The process on this host that owns a flow; asked when a row of the flow is filled. */
export type FlowOwner = (
  flow: FlowView,
) => { readonly pid: number; readonly command: string } | undefined;

/** Takes rows that are no flow's into the batch being made. */
export interface RowSink {
  /** Adds a row at `nowMs`, which is its time unless `fill` sets another; dictionary indexes are good inside `fill` only. */
  add(kind: EventKind, nowMs: number, fill: (builder: BatchBuilder, row: number) => void): void;
}
