import { SERVICES } from '../classify/services.ts';
import { EVENT_KIND } from '../event/kinds.ts';
import type { Endpoint, EventTable } from '../event/table.ts';

/** What a host is called, where that was read and when. */
export interface LearntName {
  readonly name: string;
  /** Name in SERVICES of the protocol it was read in ('dns', 'https'), or 'trace'. */
  readonly source: string;
  /** ms since the epoch, of the row that told it. */
  readonly at: number;
}

/** Labels that a NameBook knows at the most, unless it is told another number. */
const MAX_NAMES = 20_000;
/** No host's name is longer, characters: what a row of another tool's log calls one is none. Source: RFC 1035, 2.3.4. */
const MAX_NAME_LENGTH = 253;

/**
 * Names of addresses as rows tell them. The latest row wins, and of rows of one time the name that sorts first, so that
 * rows may come in any order. Beyond `most` labels those whose names are oldest are forgotten.
 */
export class NameBook {
  readonly #most: number;
  readonly #names = new Map<string, LearntName>();

  constructor(most: number = MAX_NAMES) {
    this.#most = most;
  }

  /** Labels that have a name. */
  get size(): number {
    return this.#names.size;
  }

  /** Takes in what a table's name and trace rows tell. */
  learn(table: EventTable): void {
    for (let i = 0; i < table.length; i++) {
      const kind = table.kind[i];
      if (kind === EVENT_KIND.name) this.#learnRow(table, i, table.responder[i] as number);
      else if (kind === EVENT_KIND.trace) this.#learnRow(table, i, table.initiator[i] as number);
    }
    if (this.#names.size > this.#most) this.#forget();
  }

  /** The name of a label, undefined while there is none. */
  nameOf(label: string): LearntName | undefined {
    return this.#names.get(label);
  }

  /** Every label with its name, in no order. */
  entries(): IterableIterator<[label: string, name: LearntName]> {
    return this.#names.entries();
  }

  #learnRow(table: EventTable, i: number, endpoint: number): void {
    const name = table.texts[table.text[i] as number] ?? '';
    const { label } = table.endpoints[endpoint] as Endpoint;
    if (name === '' || name.length > MAX_NAME_LENGTH || label === '') return;
    const traced = table.kind[i] === EVENT_KIND.trace;
    const source = traced ? 'trace' : (SERVICES[table.service[i] as number]?.name ?? 'unknown');
    const learnt = { name, source, at: table.time[i] as number };
    const known = this.#names.get(label);
    if (known === undefined || comesFirst(learnt, known)) this.#names.set(label, learnt);
  }

  #forget(): void {
    const oldestLast = [...this.#names].sort(([a, one], [b, other]) =>
      one.at === other.at ? order(a, b) : other.at - one.at,
    );
    for (const [label] of oldestLast.slice(this.#most)) this.#names.delete(label);
  }
}

function comesFirst(one: LearntName, other: LearntName): boolean {
  if (one.at !== other.at) return one.at > other.at;
  return order(one.name, other.name) < 0 || (one.name === other.name && one.source < other.source);
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
