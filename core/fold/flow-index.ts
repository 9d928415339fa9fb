import { isFlowKind } from '../event/kinds.ts';
import type { ProbeTag } from '../event/table.ts';
import type { HeldSegment } from './held-segment.ts';

/** More rows than a segment has: a row is pointed to by `slot × ROWS + row`. */
const ROWS = 65_536;

/** A row of a segment that is held. */
export interface HeldRow {
  readonly segment: HeldSegment;
  readonly row: number;
}

interface Pointed {
  segment: HeldSegment;
  row: number;
}

/** Which rows of the segments held are of which flow: a flow is a probe's, its boot's and its number's. */
export class FlowIndex {
  readonly #slots: (HeldSegment | undefined)[] = [];
  readonly #free: number[] = [];
  /** By probe and boot, by number: the row, or rows in the order they came. */
  readonly #boots = new Map<string, Map<number, number | number[]>>();

  /** Takes a segment's rows of flows in. */
  enter(segment: HeldSegment): void {
    segment.slot = this.#free.pop() ?? this.#slots.length;
    this.#slots[segment.slot] = segment;
    this.#each(segment, (flows, flow, pointer) => {
      const known = flows.get(flow);
      if (known === undefined) flows.set(flow, pointer);
      else if (typeof known === 'number') flows.set(flow, [known, pointer]);
      else known.push(pointer);
    });
  }

  /** Takes them out again. */
  leave(segment: HeldSegment): void {
    this.#each(segment, (flows, flow, pointer) => {
      const known = flows.get(flow);
      if (typeof known !== 'object') flows.delete(flow);
      else if (known.length === 2) flows.set(flow, known[known[0] === pointer ? 1 : 0] as number);
      else known.splice(known.indexOf(pointer), 1);
    });
    for (const tag of segment.table.tags) {
      if (this.#boots.get(bootKey(tag))?.size === 0) this.#boots.delete(bootKey(tag));
    }
    this.#slots[segment.slot] = undefined;
    this.#free.push(segment.slot);
  }

  /** Calls `visit` with the rows of every flow, in no order. They are used again: do not keep them. */
  visitFlows(visit: (rows: readonly HeldRow[]) => void): void {
    const one: Pointed[] = [];
    const spare: Pointed[] = [];
    for (const flows of this.#boots.values()) {
      for (const pointers of flows.values()) {
        const many = typeof pointers === 'number' ? 1 : pointers.length;
        while (one.length > many) spare.push(one.pop() as Pointed);
        while (one.length < many) one.push(spare.pop() ?? { segment: this.#anySegment(), row: 0 });
        if (typeof pointers === 'number') this.#point(one[0] as Pointed, pointers);
        else for (let i = 0; i < many; i++) this.#point(one[i] as Pointed, pointers[i] as number);
        visit(one);
      }
    }
  }

  #point(to: Pointed, pointer: number): void {
    const slot = Math.floor(pointer / ROWS);
    to.segment = this.#slots[slot] as HeldSegment;
    to.row = pointer - slot * ROWS;
  }

  #anySegment(): HeldSegment {
    return this.#slots.find((slot) => slot !== undefined) as HeldSegment;
  }

  #each(
    segment: HeldSegment,
    act: (flows: Map<number, number | number[]>, flow: number, pointer: number) => void,
  ): void {
    const { table, slot } = segment;
    const flows = table.tags.map((tag) => this.#flowsOf(tag));
    for (let row = 0; row < table.length; row++) {
      if (!isFlowKind(table.kind[row])) continue;
      const pointer = slot * ROWS + row;
      const flow = table.flow[row] as number;
      const own = flows[table.tag[row] as number] as Map<number, number | number[]>;
      // A row that names no flow is one of its own.
      act(own, flow === 0 ? -1 - pointer : flow, pointer);
    }
  }

  #flowsOf(tag: ProbeTag): Map<number, number | number[]> {
    const key = bootKey(tag);
    const known = this.#boots.get(key);
    if (known !== undefined) return known;
    const made = new Map<number, number | number[]>();
    this.#boots.set(key, made);
    return made;
  }
}

function bootKey({ probe, boot, site }: ProbeTag): string {
  return `${probe}\n${boot}\n${site}`;
}
