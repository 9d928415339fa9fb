import type { BatchBuilder } from '../../core/batch/builder.ts';
import { EVENT_KIND, METHOD, PROTOCOL } from '../../core/event/kinds.ts';
import type { ConversationStates } from './conversation-states.ts';
import type { DetailTexts } from './detail-texts.ts';
import {
  BYTES_IN,
  BYTES_OUT,
  CLOSED,
  EXTRA_SHIFT,
  FINGERPRINT,
  FLAGS,
  type FlowTable,
  HIGH,
  INITIATOR_LOW,
  IPV6,
  IPV6_BYTES,
  KEY,
  LAST,
  LINK,
  LOW,
  NUMBER,
  PACKETS_IN,
  PACKETS_OUT,
  PORTS,
  SERVICE,
  START,
  STATE_SHIFT,
  TIME_SHIFT,
  WORD_SHIFT,
} from './flow-table.ts';
import type { FlowView } from './flow-view.ts';
import { CONFIDENCE_SHIFT } from './identification.ts';
import type { FlowOwner } from './ports.ts';
import { connStateIndex } from './tcp-state.ts';

const MAX_U32 = 0xffffffff;
const VLAN = 0xfff;

/** What rows of flows are filled from. */
export interface FillerParts {
  readonly table: FlowTable;
  readonly states: ConversationStates;
  readonly details: DetailTexts;
  readonly view: FlowView;
  readonly owner: FlowOwner | undefined;
}

/** Writes what a record has counted into a row of a batch. */
export class RowFiller {
  readonly #builder: BatchBuilder;
  readonly #parts: FillerParts;
  /** Text index of a state's history, plus one, and the generation of the batch it belongs to. */
  #historyTexts = new Uint32Array(64);
  #historyGenerations = new Uint32Array(64);

  constructor(builder: BatchBuilder, parts: FillerParts) {
    this.#builder = builder;
    this.#parts = parts;
  }

  /** Takes the record's texts into the batch early, so that the batch is full before they are too many. */
  prepare(record: number): void {
    const { extras } = this.#parts.table;
    const fingerprint = extras[(record << EXTRA_SHIFT) + FINGERPRINT] as number;
    if (fingerprint !== 0) this.#builder.text(this.#parts.details.text(fingerprint));
  }

  /** What was counted since the last fill is added and begins at zero again. */
  fill(row: number, record: number): void {
    const { columns } = this.#builder;
    const { words, times } = this.#parts.table;
    const at = record << WORD_SHIFT;
    const key = words[at + KEY] as number;
    const kind = columns.kind[row];
    columns.flow[row] = words[at + NUMBER] as number;
    columns.protocol[row] = key & 0xff;
    columns.flagsOut[row] = (words[at + FLAGS] as number) & 0xff;
    columns.flagsIn[row] = ((words[at + FLAGS] as number) >>> 8) & 0xff;
    this.#fillState(row, key);
    if (kind === EVENT_KIND.close && !this.#hasNews(row, at)) return;
    const isFirst = kind === EVENT_KIND.open || kind === EVENT_KIND.whole;
    const start = times[(record << TIME_SHIFT) + START] as number;
    const last = times[(record << TIME_SHIFT) + LAST] as number;
    columns.time[row] = isFirst ? start : last;
    columns.durationMs[row] = Math.min(Math.round(last - start), MAX_U32);
    (columns.packetsOut[row] as number) += words[at + PACKETS_OUT] as number;
    (columns.packetsIn[row] as number) += words[at + PACKETS_IN] as number;
    (columns.bytesOut[row] as number) += words[at + BYTES_OUT] as number;
    (columns.bytesIn[row] as number) += words[at + BYTES_IN] as number;
    words[at + PACKETS_OUT] = 0;
    words[at + PACKETS_IN] = 0;
    words[at + BYTES_OUT] = 0;
    words[at + BYTES_IN] = 0;
    this.#fillHistory(row, key);
    this.#fillEnds(row, record, key);
    this.#fillExtras(row, record, key);
  }

  /** Without packets to tell, an end says which flow it is and how it ended: an earlier row has told the rest. */
  #hasNews(row: number, at: number): boolean {
    const { packetsOut, packetsIn } = this.#builder.columns;
    const { words } = this.#parts.table;
    const waiting = (words[at + PACKETS_OUT] as number) | (words[at + PACKETS_IN] as number);
    return (waiting | (packetsOut[row] as number) | (packetsIn[row] as number)) !== 0;
  }

  #fillState(row: number, key: number): void {
    if ((key & CLOSED) === 0) return;
    const ends = this.#parts.states.ends[key >>> STATE_SHIFT] as number;
    this.#builder.columns.state[row] = connStateIndex(key & 0xff, ends);
  }

  #fillHistory(row: number, key: number): void {
    const { columns, generation } = this.#builder;
    const { states } = this.#parts;
    const state = key >>> STATE_SHIFT;
    if (state >= this.#historyTexts.length) this.#grow(state);
    if (this.#historyGenerations[state] !== generation + 1) {
      this.#historyGenerations[state] = generation + 1;
      this.#historyTexts[state] = this.#builder.text(states.histories[state] as string);
    }
    columns.history[row] = this.#historyTexts[state] as number;
  }

  #grow(state: number): void {
    const texts = new Uint32Array(state * 2);
    texts.set(this.#historyTexts);
    const generations = new Uint32Array(state * 2);
    generations.set(this.#historyGenerations);
    this.#historyTexts = texts;
    this.#historyGenerations = generations;
  }

  #fillEnds(row: number, record: number, key: number): void {
    const builder = this.#builder;
    const { columns } = builder;
    const { words, addresses } = this.#parts.table;
    const at = record << WORD_SHIFT;
    const fromLow = (key & INITIATOR_LOW) !== 0;
    const ports = words[at + PORTS] as number;
    columns.initiatorPort[row] = fromLow ? ports >>> 16 : ports;
    columns.responderPort[row] = fromLow ? ports : ports >>> 16;
    if ((key & IPV6) === 0) {
      columns.initiator[row] = builder.address4(words[at + (fromLow ? LOW : HIGH)] as number);
      columns.responder[row] = builder.address4(words[at + (fromLow ? HIGH : LOW)] as number);
      return;
    }
    const own = record * IPV6_BYTES;
    columns.initiator[row] = builder.address(addresses, fromLow ? own : own + 16, 16);
    columns.responder[row] = builder.address(addresses, fromLow ? own + 16 : own, 16);
  }

  #fillExtras(row: number, record: number, key: number): void {
    const { columns } = this.#builder;
    const { table, details, owner, view } = this.#parts;
    const { extras } = table;
    const at = record << EXTRA_SHIFT;
    const link = extras[at + LINK] as number;
    const service = extras[at + SERVICE] as number;
    const protocol = key & 0xff;
    columns.vlan[row] = link & VLAN;
    // The port that a code or the answering type stood in for tells flows apart only.
    if (protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmp6) {
      columns.responderPort[row] = link >>> 16;
    }
    if ((service & 0xffff) !== 0) {
      columns.service[row] = service & 0xffff;
      columns.method[row] = METHOD.payload;
      columns.confidence[row] = (service >>> CONFIDENCE_SHIFT) & 0x7f;
    }
    const fingerprint = extras[at + FINGERPRINT] as number;
    if (fingerprint !== 0) columns.detail[row] = this.#builder.text(details.text(fingerprint));
    if (owner === undefined) return;
    const process = owner(view.show(record, view.nowMs, (key & CLOSED) !== 0));
    if (process === undefined) return;
    columns.pid[row] = process.pid;
    columns.text[row] = this.#builder.text(process.command);
  }
}
