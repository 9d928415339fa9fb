import { DIRECTION } from '../event/kinds.ts';
import type { EventTable } from '../event/table.ts';

const MOST_U32 = 0xffff_ffff;
const PACKETS = ['packetsOut', 'packetsIn'] as const;
const BYTES = ['bytesOut', 'bytesIn'] as const;

/** What a row that others were folded into says where they do not agree; where they do, it says what they say. */
const OTHERWISE = {
  service: 0,
  behaviour: 0,
  flow: 0,
  pair: 0,
  initiatorPort: 0,
  responderPort: 0,
  protocol: 0,
  direction: DIRECTION.untold,
  method: 0,
  state: 0,
  vlan: 0,
  text: 0,
  detail: 0,
  history: 0,
  pid: 0,
  parentPid: 0,
  user: 0,
  exitCode: 0,
} as const;
const AGREED = Object.entries(OTHERWISE) as [keyof typeof OTHERWISE, number][];

const THINNED = ['flow', 'pair', 'initiatorPort', 'durationMs'] as const;
const COUNT_ONLY = [
  ...THINNED,
  ...(['responderPort', 'method', 'confidence', 'state', 'flagsOut', 'flagsIn'] as const),
  ...(['evidence', 'history', 'packetsOut', 'packetsIn', 'bytesOut', 'bytesIn'] as const),
] as const;
/** Of rows that only count, times are told to so many ms. */
const COUNTED_MS = 250;

/** A table's columns with rows folded into others. */
export class FoldingColumns {
  readonly #table: EventTable;
  readonly #own: Pick<
    EventTable,
    | keyof typeof OTHERWISE
    | 'kind'
    | 'time'
    | 'durationMs'
    | 'initiator'
    | 'responder'
    | 'packetsOut'
    | 'packetsIn'
    | 'bytesOut'
    | 'bytesIn'
    | 'confidence'
    | 'evidence'
    | 'flagsOut'
    | 'flagsIn'
    | 'folded'
  >;

  constructor(table: EventTable) {
    this.#table = table;
    const { time, durationMs, initiator, responder, packetsOut, packetsIn } = table;
    const { bytesOut, bytesIn, confidence, evidence, folded, kind, flagsOut, flagsIn } = table;
    const changed = { time, durationMs, initiator, responder, packetsOut, packetsIn };
    const told = Object.fromEntries(AGREED.map(([name]) => [name, table[name].slice()]));
    const more = { ...changed, bytesOut, bytesIn, confidence, evidence, folded };
    const kinds = { kind, flagsOut, flagsIn };
    const copies = Object.entries({ ...more, ...kinds }).map(([name, column]) => [
      name,
      column.slice(),
    ]);
    this.#own = { ...told, ...Object.fromEntries(copies) };
  }

  /** Rows that `group` was folded into: one, or more where a sum is too large for its column. */
  fold(group: Uint32Array): readonly number[] {
    const into: number[] = [];
    for (const row of group) {
      const last = into.at(-1);
      if (last === undefined || !this.#add(last, row)) into.push(row);
    }
    return into;
  }

  /** How many rows a row stands for. */
  rowsIn(row: number): number {
    return 1 + (this.#own.folded[row] as number);
  }

  /** Takes what only one connection has from a row, so that it is told in fewer bytes. */
  thin(row: number): void {
    for (const name of THINNED) this.#own[name][row] = 0;
  }

  /**
   * Leaves of a row only how many there were, of which service, from where, when; its packets and bytes go to `carrier`.
   * Nothing changes where they do not fit there.
   */
  countOnly(row: number, carrier: number): void {
    const own = this.#own;
    const packets = PACKETS.map(
      (name) => (own[name][row] as number) + (own[name][carrier] as number),
    );
    const bytes = BYTES.map((name) => (own[name][row] as number) + (own[name][carrier] as number));
    if (Math.max(...packets) > MOST_U32 || Math.max(...bytes) > Number.MAX_SAFE_INTEGER) return;
    for (const [i, name] of PACKETS.entries()) own[name][carrier] = packets[i] as number;
    for (const [i, name] of BYTES.entries()) own[name][carrier] = bytes[i] as number;
    for (const name of COUNT_ONLY) own[name][row] = 0;
    const time = own.time[row] as number;
    own.time[row] = time - (time % COUNTED_MS);
  }

  setEnd(name: 'initiator' | 'responder', row: number, end: number): void {
    this.#own[name][row] = end;
  }

  /** The table with these columns and other dictionaries. */
  table(dictionaries: Pick<EventTable, 'endpoints' | 'places'>): EventTable {
    return { ...this.#table, ...this.#own, ...dictionaries };
  }

  /** Folds `from` into `to`; false when a sum does not fit, and nothing is changed. */
  #add(to: number, from: number): boolean {
    const own = this.#own;
    const sums = PACKETS.map((name) => (own[name][to] as number) + (own[name][from] as number));
    const rows = this.rowsIn(to) + this.rowsIn(from) - 1;
    const bytes = BYTES.map((name) => (own[name][to] as number) + (own[name][from] as number));
    if (Math.max(rows, ...sums) > MOST_U32 || Math.max(...bytes) > Number.MAX_SAFE_INTEGER)
      return false;
    [own.packetsOut[to], own.packetsIn[to]] = sums as [number, number];
    [own.bytesOut[to], own.bytesIn[to]] = bytes as [number, number];
    own.folded[to] = rows;
    own.time[to] = Math.min(own.time[to] as number, own.time[from] as number);
    own.confidence[to] = Math.min(own.confidence[to] as number, own.confidence[from] as number);
    own.durationMs[to] = Math.max(own.durationMs[to] as number, own.durationMs[from] as number);
    own.evidence[to] = Math.max(own.evidence[to] as number, own.evidence[from] as number);
    for (const name of ['flagsOut', 'flagsIn'] as const) {
      own[name][to] = (own[name][to] as number) & (own[name][from] as number);
    }
    // Of one that ended and one that did not, both began; likewise both went on.
    own.kind[to] = Math.min(own.kind[to] as number, own.kind[from] as number);
    for (const [name, otherwise] of AGREED) {
      if (own[name][to] !== own[name][from]) own[name][to] = otherwise;
    }
    return true;
  }
}
