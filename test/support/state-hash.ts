import type { TableColumns } from '../../core/event/row-columns.ts';
import type { Audience, Endpoint, EventTable, Rendering } from '../../core/event/table.ts';
import { hashText } from '../../core/fold/hash.ts';
import type { StoredSegment } from '../../lambdas/aws/segment-item.ts';
import { openBody, openOperator } from '../../lambdas/segment-body.ts';

const AUDIENCES: readonly Audience[] = ['operator', 'public'];
const PRIME = 0x01000193;

/**
 * What logs hold, as text that is equal for equal events, totals and counters: in whatever order segments are, however
 * batches were cut into them, and whichever shard they came through. `ignored` counters are left out. `logs` are segments
 * by shard.
 */
export function stateHash(
  logs: ReadonlyMap<string, readonly StoredSegment[]>,
  ignored: readonly string[] = [],
): string {
  const state = new State(new Set(ignored));
  for (const [, log] of [...logs].sort(([a], [b]) => (a < b ? -1 : 1))) state.addLog(log);
  return state.text();
}

class State {
  readonly #rows: Record<Audience, RowSums> = { operator: new RowSums(), public: new RowSums() };
  readonly #sums = new Map<string, number>();
  readonly #ignored: ReadonlySet<string>;

  constructor(ignored: ReadonlySet<string>) {
    this.#ignored = ignored;
  }

  addLog(log: readonly StoredSegment[]): void {
    for (const segment of log) {
      for (const audience of AUDIENCES) this.#addRendering(rendering(segment, audience));
      this.#add('events in heads', segment.head.events);
      this.#addCounters('head', segment.head.counters);
    }
    const last = log.at(-1)?.head;
    if (last === undefined) return;
    this.#add('batches', last.totals.batches);
    this.#add('events', last.totals.events);
    this.#addCounters('total', last.totals.counters);
    this.#add('partial batches', last.partial === undefined ? 0 : 1);
    for (const [probe, seen] of Object.entries(last.sensors)) {
      this.#add(`batches of ${probe}`, seen.batches);
      this.#add(`events of ${probe}`, seen.events);
      // A log goes on with the windows of the one that the probe was in before.
      this.#sums.set(`missing of ${probe}`, seen.missing + seen.lost);
    }
  }

  text(): string {
    const { operator, public: open } = this.#rows;
    const sums = [...this.#sums].map(([name, sum]) => `${name} ${sum}`).sort();
    return [`operator ${operator.text()}`, `public ${open.text()}`, ...sums].join('\n');
  }

  #addRendering({ audience, table, withheld, counters }: Rendering): void {
    this.#rows[audience].add(table);
    this.#add(`withheld from ${audience}`, withheld);
    this.#addCounters(audience, counters);
  }

  #addCounters(where: string, counters: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(counters)) {
      if (!this.#ignored.has(name)) this.#add(`${name} in ${where}`, value);
    }
  }

  #add(name: string, value: number): void {
    this.#sums.set(name, (this.#sums.get(name) ?? 0) + value);
  }
}

/** Sums of the hashes of rows, which no order of them changes. */
class RowSums {
  #count = 0;
  #low = 0;
  #high = 0;

  add(table: EventTable): void {
    const index = (entries: readonly unknown[]): readonly number[] =>
      entries.map((entry) => Number.parseInt(hashText(JSON.stringify(entry)).slice(0, 8), 16));
    const ends = index(table.endpoints.map((end) => told(table, end)));
    const entries = { ends, tags: index(table.tags), texts: index(table.texts) };
    for (let row = 0; row < table.length; row++) this.#addRow(table, row, entries);
  }

  #addRow(table: EventTable, row: number, entries: Told): void {
    let low = 0x811c9dc5;
    let high = 0x050c5d1f;
    for (const name of COLUMNS) {
      const value = hashed(table[name][row] as number, name, entries);
      // Times and volumes have more than 32 bits.
      const upper = Math.floor(value / 2 ** 32);
      low = Math.imul(low ^ value, PRIME) ^ (low >>> 15);
      high = Math.imul(high ^ value ^ upper, PRIME) ^ (high >>> 13);
    }
    this.#count++;
    this.#low = (this.#low + (low >>> 0)) >>> 0;
    this.#high = (this.#high + (high >>> 0)) >>> 0;
  }

  text(): string {
    return `${this.#count} rows ${this.#low.toString(16)} ${this.#high.toString(16)}`;
  }
}

/** Hashes of a table's dictionary entries. */
interface Told {
  readonly ends: readonly number[];
  readonly tags: readonly number[];
  readonly texts: readonly number[];
}

const DICTIONARY: Readonly<Partial<Record<keyof TableColumns, keyof Told>>> = {
  initiator: 'ends',
  responder: 'ends',
  tag: 'tags',
  text: 'texts',
  detail: 'texts',
  history: 'texts',
};
const COLUMNS: readonly (keyof TableColumns)[] = [
  ...(['kind', 'time', 'durationMs', 'flow', 'initiator', 'responder', 'initiatorPort'] as const),
  ...(['responderPort', 'protocol', 'packetsOut', 'packetsIn', 'bytesOut', 'bytesIn'] as const),
  ...(['flagsOut', 'flagsIn', 'state', 'text', 'detail', 'history', 'vlan', 'service'] as const),
  ...(['method', 'confidence', 'pid', 'parentPid', 'user', 'exitCode', 'behaviour'] as const),
  ...(['evidence', 'tag', 'direction', 'pair', 'folded'] as const),
];

function hashed(value: number, name: keyof TableColumns, told: Told): number {
  const dictionary = DICTIONARY[name];
  return dictionary === undefined ? value : (told[dictionary][value] as number);
}

function told(table: EventTable, end: Endpoint): unknown {
  return { ...end, place: table.places[end.place], system: table.systems[end.system] };
}

function rendering({ bodies, head }: StoredSegment, audience: Audience): Rendering {
  const opened = audience === 'public' ? openBody(bodies.public) : openOperator(bodies);
  if (opened.ok) return opened.value;
  throw new Error(`Segment ${head.number} of ${head.shard}, ${audience}: ${opened.reason}`);
}
