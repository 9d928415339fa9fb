import { type Severity, severityOf } from '../classify/severity.ts';
import { communityId } from '../event/community-id.ts';
import { type ConnState, isFlowKind } from '../event/kinds.ts';
import { type EventRow, type RowEnd, readRow } from '../event/row.ts';
import type { Rendering } from '../event/table.ts';
import type { LearntName } from '../fold/names.ts';
import { parseAddress } from '../redact/address.ts';

/** One row with all that formats say of it. */
export interface EventRecord {
  /** The same for ever: log, segment and place in it, '…/12/34'. */
  readonly id: string;
  /** When its segment was appended, ms since the epoch. */
  readonly storedAt: number;
  readonly row: EventRow;
  readonly initiator: RecordEnd;
  readonly responder: RecordEnd;
  readonly severity: Severity;
  /** Community ID v1 of a flow whose ends are known; '' otherwise, and always in public: it could be guessed back. */
  readonly communityId: string;
}

/** One end with what was learnt of it. */
export interface RecordEnd extends RowEnd {
  /** Its label where that is an address, '' where it is a network, a pseudonym or a site. */
  readonly ip: string;
  readonly name: LearntName | undefined;
}

/** Which segment rows are from, and what hosts are called. */
export interface RecordSource {
  readonly shard: string;
  readonly number: number;
  /** ms since the epoch. */
  readonly createdAt: number;
  nameOf(label: string): LearntName | undefined;
}

/** Row `i` of a rendering as a record; throws when there is no such row. */
export function readRecord(rendering: Rendering, i: number, source: RecordSource): EventRecord {
  const { table, audience } = rendering;
  const row = readRow(table, i);
  const initiator = parseAddress(row.initiator.label);
  const responder = parseAddress(row.responder.label);
  return {
    id: `${source.shard}/${source.number}/${i}`,
    storedAt: source.createdAt,
    row,
    initiator: endOf(row.initiator, initiator, source),
    responder: endOf(row.responder, responder, source),
    severity: severityOf(table, i),
    communityId:
      audience === 'operator' && isFlowKind(table.kind[i]) ? idOf(row, initiator, responder) : '',
  };
}

/** Whether a connection came about, as its state says. */
export function outcomeOf(state: ConnState): 'success' | 'failure' | 'unknown' {
  if (SUCCEEDED.has(state)) return 'success';
  return FAILED.has(state) ? 'failure' : 'unknown';
}

/** Whether ports of a row are the type and code of an ICMP message. */
export function isIcmp({ protocol }: EventRow): boolean {
  return protocol === 1 || protocol === 58;
}

/** Whether a row names both ends of a flow and its protocol; one that follows another of its flow may not. */
export function tellsEnds({ row }: EventRecord): boolean {
  return row.initiator.label !== '' && row.responder.label !== '';
}

const SUCCEEDED: ReadonlySet<ConnState> = new Set(['SF', 'S1', 'S2', 'S3', 'RSTO', 'RSTR']);
const FAILED: ReadonlySet<ConnState> = new Set(['S0', 'REJ', 'RSTOS0', 'RSTRH', 'SH', 'SHR']);

function endOf(end: RowEnd, address: Uint8Array | undefined, source: RecordSource): RecordEnd {
  const name = end.label === '' ? undefined : source.nameOf(end.label);
  return { ...end, ip: address === undefined ? '' : end.label, name };
}

function idOf(
  row: EventRow,
  initiator: Uint8Array | undefined,
  responder: Uint8Array | undefined,
): string {
  if (initiator === undefined || responder?.length !== initiator.length) return '';
  return communityId({
    initiator,
    responder,
    initiatorPort: row.initiator.port,
    responderPort: row.responder.port,
    protocol: row.protocol,
  });
}
