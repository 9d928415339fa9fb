import type { BatchEvents } from '../../core/batch/batch.ts';
import { BatchBuilder } from '../../core/batch/builder.ts';
import { EVENT_KIND } from '../../core/event/kinds.ts';
import type { RowSink } from '../../edge-probe/flow/ports.ts';

const KINDS = Object.entries(EVENT_KIND);

/** One row of no flow, readable. */
export interface KeptRow {
  readonly kind: string;
  readonly initiator: string;
  readonly responder: string;
  readonly initiatorPort: number;
  readonly durationMs: number;
  readonly pid: number;
  readonly parentPid: number;
  readonly user: number;
  readonly exitCode: number;
  readonly text: string;
  readonly detail: string;
}

/** A sink that keeps its rows; `rows` reads them. */
export function keptRows(): RowSink & { readonly rows: KeptRow[] } {
  const rows: KeptRow[] = [];
  return {
    rows,
    add: (kind, nowMs, fill) => {
      const builder = new BatchBuilder(1);
      const row = builder.add();
      builder.columns.kind[row] = kind;
      builder.columns.time[row] = nowMs;
      fill(builder, row);
      rows.push(readRow(builder.take()));
    },
  };
}

function readRow(events: BatchEvents): KeptRow {
  const address = (index: number): string => [...(events.addresses[index] ?? [])].join('.');
  const number = (column: 'pid' | 'parentPid' | 'user' | 'durationMs'): number =>
    events[column][0] as number;
  return {
    kind: KINDS.find(([, kind]) => kind === events.kind[0])?.[0] ?? '?',
    initiator: address(events.initiator[0] as number),
    responder: address(events.responder[0] as number),
    initiatorPort: events.initiatorPort[0] as number,
    durationMs: number('durationMs'),
    pid: number('pid'),
    parentPid: number('parentPid'),
    user: number('user'),
    exitCode: events.exitCode[0] as number,
    text: events.texts[events.text[0] as number] as string,
    detail: events.texts[events.detail[0] as number] as string,
  };
}
