import type { BatchBuilder } from '../../core/batch/builder.ts';
import { EVENT_KIND, type EventKind, METHOD, type Method } from '../../core/event/kinds.ts';
import type { RowColumns } from '../../core/event/row-columns.ts';
import { addressIndex, fillFinding } from '../behaviour/finding-rows.ts';
import type { RowSink } from '../flow/ports.ts';
import { RecentNames } from './recent-names.ts';

const MAX_U32 = 0xffffffff;

/** A flow that another tool tells of, seen from its initiator. */
export interface ImportedFlow {
  /** ms since the epoch. */
  readonly timeMs: number;
  readonly durationMs: number;
  /** 4 or 16 bytes. */
  readonly initiator: Uint8Array;
  readonly responder: Uint8Array;
  /** ICMP: type and code. */
  readonly initiatorPort: number;
  readonly responderPort: number;
  /** IANA protocol number. */
  readonly protocol: number;
  readonly packetsOut: number;
  readonly packetsIn: number;
  /** IP bytes where the tool tells them. */
  readonly bytesOut: number;
  readonly bytesIn: number;
  readonly flagsOut?: number;
  readonly flagsIn?: number;
  /** Index into CONN_STATES. */
  readonly state: number;
  /** Id in SERVICES; 0 leaves it to the ports. */
  readonly service: number;
  /** How the service was told, and how sure that is; of no service when not given. */
  readonly method?: Method;
  readonly confidence?: number;
  /** Zeek's history letters. */
  readonly history?: string;
  readonly vlan?: number;
  /** JA4, or ''. */
  readonly detail?: string;
}

/** What one host was seen doing. */
export interface ImportedFinding {
  readonly timeMs: number;
  readonly durationMs: number;
  readonly source: Uint8Array;
  readonly target: Uint8Array;
  readonly targetPort: number;
  readonly protocol: number;
  /** Id in SERVICES. */
  readonly service: number;
  /** Id in BEHAVIOURS. */
  readonly behaviour: number;
  /** 0…100. */
  readonly confidence: number;
  readonly evidence: number;
  readonly text: string;
  readonly detail: string;
}

/** A name of an address. */
export interface ImportedName {
  readonly timeMs: number;
  readonly asker: Uint8Array;
  readonly address: Uint8Array;
  readonly name: string;
  /** Where it was read: id in SERVICES. */
  readonly service: number;
}

/** A row with its columns as they are; those that are not given are 0. */
export interface ImportedRow {
  readonly kind: EventKind;
  readonly timeMs: number;
  /** 4 or 16 bytes, or none for an end that is not told. */
  readonly initiator: Uint8Array;
  readonly responder: Uint8Array;
  readonly numbers: Readonly<Partial<Record<NumberColumn, number>>>;
  readonly texts: Readonly<Record<TextColumn, string>>;
}

type TextColumn = 'text' | 'detail' | 'history';
type NumberColumn = Exclude<
  keyof RowColumns,
  TextColumn | 'kind' | 'time' | 'initiator' | 'responder'
>;

/** A flow that goes on, to be closed later. */
export interface OpenFlow {
  readonly flow: number;
  readonly timeMs: number;
  readonly protocol: number;
  /** Its row while the batch it is in is not cut. */
  readonly row: number;
  readonly generation: number;
}

/** What was made, and of which times. */
export interface RowCounts {
  flows: number;
  names: number;
  findings: number;
  /** More rows of a flow, paths and processes. */
  others: number;
  /** ms since the epoch; NaN before the first row. */
  firstMs: number;
  lastMs: number;
}

/** Makes rows of what other tools tell; the same lines always make the same rows. */
export class ImportRows {
  readonly counts: RowCounts = {
    ...{ flows: 0, names: 0, findings: 0, others: 0 },
    ...{ firstMs: Number.NaN, lastMs: Number.NaN },
  };
  readonly #sink: RowSink;
  readonly #nowMs: (rowMs: number) => number;
  readonly #names = new RecentNames();
  #flow = 0;

  /** `nowMs` says when it is as a row of that time is added: batches are cut by it. */
  constructor(sink: RowSink, nowMs: (rowMs: number) => number = (rowMs) => rowMs) {
    this.#sink = sink;
    this.#nowMs = nowMs;
  }

  /** Rows so far. */
  get made(): number {
    const { flows, names, findings, others } = this.counts;
    return flows + names + findings + others;
  }

  /** Number of the newest flow. */
  get lastFlow(): number {
    return this.#flow;
  }

  /** A number for a flow that has none. */
  nextFlow(): number {
    this.#flow = (this.#flow % MAX_U32) + 1;
    return this.#flow;
  }

  /** Goes on numbering after that flow. */
  continueAfter(flow: number): void {
    this.#flow = flow;
  }

  /** Forgets which names were told: what is read next makes the same rows whatever was before. */
  forgetNames(): void {
    this.#names.clear();
  }

  /** A flow that is over. */
  flow(flow: ImportedFlow): void {
    this.#addFlow(EVENT_KIND.whole, flow);
  }

  /** A flow that goes on. */
  open(flow: ImportedFlow): OpenFlow {
    const at = this.#addFlow(EVENT_KIND.open, flow);
    return { flow: this.#flow, timeMs: flow.timeMs, protocol: flow.protocol, ...at };
  }

  /** The end of a flow that was opened. */
  close(open: OpenFlow, { timeMs, state }: { timeMs: number; state: number }): void {
    this.counts.others++;
    const durationMs = Math.min(Math.max(0, Math.round(timeMs - open.timeMs)), MAX_U32);
    this.#add(EVENT_KIND.close, timeMs, (builder, row) => {
      const { columns } = builder;
      columns.flow[row] = open.flow;
      columns.protocol[row] = open.protocol;
      columns.durationMs[row] = durationMs;
      columns.state[row] = state;
    });
  }

  /** A name, unless it was told shortly before: then false. */
  name({ timeMs, asker, address, name, service }: ImportedName): boolean {
    if (!this.#names.isNew(timeMs, address, `${service} ${name}`)) return false;
    this.counts.names++;
    this.#add(EVENT_KIND.name, timeMs, (builder, row) => {
      const { columns } = builder;
      columns.initiator[row] = addressIndex(builder, asker);
      columns.responder[row] = addressIndex(builder, address);
      columns.text[row] = builder.text(name);
      columns.service[row] = service;
      columns.method[row] = METHOD.payload;
      columns.confidence[row] = 100;
    });
    return true;
  }

  /** A row of any kind, under the flow number it says. */
  row({ kind, timeMs, initiator, responder, numbers, texts }: ImportedRow): void {
    if (kind === EVENT_KIND.open || kind === EVENT_KIND.whole) this.counts.flows++;
    else this.counts.others++;
    this.#add(kind, timeMs, (builder, row) => {
      const { columns } = builder;
      for (const name in numbers)
        columns[name as NumberColumn][row] = numbers[name as NumberColumn] ?? 0;
      if (initiator.length > 0) columns.initiator[row] = addressIndex(builder, initiator);
      if (responder.length > 0) columns.responder[row] = addressIndex(builder, responder);
      for (const name in texts)
        columns[name as TextColumn][row] = builder.text(texts[name as TextColumn]);
    });
  }

  finding(finding: ImportedFinding): void {
    this.counts.findings++;
    this.#add(EVENT_KIND.finding, finding.timeMs, (builder, row) => {
      const { columns } = builder;
      columns.durationMs[row] = duration(finding.durationMs);
      fillFinding(builder, row, finding);
      columns.text[row] = builder.text(finding.text);
      columns.detail[row] = builder.text(finding.detail);
    });
  }

  #addFlow(
    kind: typeof EVENT_KIND.whole | typeof EVENT_KIND.open,
    flow: ImportedFlow,
  ): { row: number; generation: number } {
    this.counts.flows++;
    this.nextFlow();
    let at = { row: 0, generation: 0 };
    this.#add(kind, flow.timeMs, (builder, row) => {
      at = { row, generation: builder.generation };
      builder.columns.flow[row] = this.#flow;
      fillFlow(builder, row, flow);
    });
    return at;
  }

  #add(
    kind: Parameters<RowSink['add']>[0],
    timeMs: number,
    fill: (builder: BatchBuilder, row: number) => void,
  ): void {
    const { counts } = this;
    if (!(timeMs >= counts.firstMs)) counts.firstMs = timeMs;
    if (!(timeMs <= counts.lastMs)) counts.lastMs = timeMs;
    this.#sink.add(kind, this.#nowMs(timeMs), (builder, row) => {
      builder.columns.time[row] = timeMs;
      fill(builder, row);
    });
  }
}

function fillFlow(builder: BatchBuilder, row: number, flow: ImportedFlow): void {
  const { columns } = builder;
  columns.durationMs[row] = duration(flow.durationMs);
  columns.initiator[row] = addressIndex(builder, flow.initiator);
  columns.responder[row] = addressIndex(builder, flow.responder);
  columns.initiatorPort[row] = flow.initiatorPort;
  columns.responderPort[row] = flow.responderPort;
  columns.protocol[row] = flow.protocol;
  columns.packetsOut[row] = Math.min(flow.packetsOut, MAX_U32);
  columns.packetsIn[row] = Math.min(flow.packetsIn, MAX_U32);
  columns.bytesOut[row] = flow.bytesOut;
  columns.bytesIn[row] = flow.bytesIn;
  columns.flagsOut[row] = flow.flagsOut ?? 0;
  columns.flagsIn[row] = flow.flagsIn ?? 0;
  columns.state[row] = flow.state;
  columns.vlan[row] = flow.vlan ?? 0;
  if (flow.history) columns.history[row] = builder.text(flow.history);
  if (flow.detail) columns.detail[row] = builder.text(flow.detail);
  if (flow.service === 0) return;
  columns.service[row] = flow.service;
  columns.method[row] = flow.method ?? METHOD.payload;
  columns.confidence[row] = flow.confidence ?? 0;
}

function duration(ms: number): number {
  return Math.min(Math.max(0, Math.round(ms)), MAX_U32);
}
