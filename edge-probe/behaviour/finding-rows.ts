import type { BatchBuilder } from '../../core/batch/builder.ts';
import { EVENT_KIND, METHOD } from '../../core/event/kinds.ts';
import type { RowSink } from '../flow/ports.ts';
import type { Finding } from './finding.ts';

const MAX_U32 = 0xffffffff;

/** Makes one row of each finding it is given. */
export function findingRows(rows: RowSink): (finding: Finding) => void {
  return (finding) => {
    rows.add(EVENT_KIND.finding, finding.nowMs, (builder, row) => {
      const { columns } = builder;
      columns.time[row] = finding.firstMs;
      columns.durationMs[row] = Math.min(Math.round(finding.lastMs - finding.firstMs), MAX_U32);
      fillFinding(builder, row, finding);
    });
  };
}

/** Fills in who was found doing what to whom, in a row whose times are told. */
export function fillFinding(
  builder: BatchBuilder,
  row: number,
  finding: Omit<Finding, 'behaviour' | 'firstMs' | 'lastMs' | 'nowMs' | 'ended'> & {
    readonly behaviour: number;
  },
): void {
  const { columns } = builder;
  columns.initiator[row] = addressIndex(builder, finding.source);
  columns.responder[row] = addressIndex(builder, finding.target);
  columns.responderPort[row] = finding.targetPort;
  columns.protocol[row] = finding.protocol;
  columns.service[row] = finding.service;
  columns.method[row] = METHOD.behaviour;
  columns.confidence[row] = finding.confidence;
  columns.behaviour[row] = finding.behaviour;
  columns.evidence[row] = Math.min(finding.evidence, MAX_U32);
}

/** Dictionary index of an address of 4 or 16 bytes. */
export function addressIndex(builder: BatchBuilder, address: Uint8Array): number {
  return builder.address(address, 0, address.length === 16 ? 16 : 4);
}
