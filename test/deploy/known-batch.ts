import type { BatchEvents } from '../../core/batch/batch.ts';
import { BatchBuilder } from '../../core/batch/builder.ts';
import { CONN_STATES, EVENT_KIND, PROTOCOL } from '../../core/event/kinds.ts';
import type { EventRow } from '../../core/event/row.ts';

/** One row as a probe reports it, and as the operator is to see it. */
export interface KnownRow {
  readonly kind: keyof typeof EVENT_KIND;
  readonly time: number;
  readonly durationMs: number;
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly protocol: number;
  readonly packetsOut: number;
  readonly packetsIn: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
  readonly state: (typeof CONN_STATES)[number];
}

/** A brute force on SSH, a DNS question and a refused connection, all to a sensor at 198.51.100.7. */
export function knownRows(time: number): readonly KnownRow[] {
  const common = { time, to: '198.51.100.7', packetsIn: 1, bytesIn: 60 };
  return [
    {
      ...common,
      kind: 'open',
      durationMs: 0,
      from: '1.1.1.1',
      fromPort: 40_001,
      toPort: 22,
      protocol: PROTOCOL.tcp,
      packetsOut: 3,
      bytesOut: 180,
      state: 'NONE',
    },
    {
      ...common,
      kind: 'whole',
      durationMs: 12,
      from: '9.9.9.9',
      fromPort: 5353,
      toPort: 53,
      protocol: PROTOCOL.udp,
      packetsOut: 1,
      bytesOut: 71,
      state: 'SF',
    },
    {
      ...common,
      kind: 'whole',
      durationMs: 1,
      from: '8.8.4.4',
      fromPort: 55_555,
      toPort: 3389,
      protocol: PROTOCOL.tcp,
      packetsOut: 1,
      bytesOut: 40,
      state: 'REJ',
    },
  ];
}

/** The rows as a probe batches them. */
export function batchOf(rows: readonly KnownRow[]): BatchEvents {
  const builder = new BatchBuilder(rows.length);
  rows.forEach((row, i) => {
    const initiator = builder.address(addressBytes(row.from), 0, 4);
    const responder = builder.address(addressBytes(row.to), 0, 4);
    const at = builder.add();
    const { columns } = builder;
    columns.kind[at] = EVENT_KIND[row.kind];
    columns.time[at] = row.time;
    columns.durationMs[at] = row.durationMs;
    columns.flow[at] = i + 1;
    columns.initiator[at] = initiator;
    columns.responder[at] = responder;
    columns.initiatorPort[at] = row.fromPort;
    columns.responderPort[at] = row.toPort;
    columns.protocol[at] = row.protocol;
    columns.packetsOut[at] = row.packetsOut;
    columns.packetsIn[at] = row.packetsIn;
    columns.bytesOut[at] = row.bytesOut;
    columns.bytesIn[at] = row.bytesIn;
    columns.state[at] = CONN_STATES.indexOf(row.state);
  });
  return builder.take();
}

/** What a viewer was sent, in the same words. */
export function knownRowOf(row: EventRow): KnownRow {
  return {
    kind: row.kind,
    time: row.time,
    durationMs: row.durationMs,
    from: row.initiator.label,
    to: row.responder.label,
    fromPort: row.initiator.port,
    toPort: row.responder.port,
    protocol: row.protocol,
    packetsOut: row.packetsOut,
    packetsIn: row.packetsIn,
    bytesOut: row.bytesOut,
    bytesIn: row.bytesIn,
    state: row.state,
  };
}

function addressBytes(text: string): Uint8Array {
  return Uint8Array.from(text.split('.').map(Number));
}
