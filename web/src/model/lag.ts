import { PROVENANCE } from '../../../core/event/kinds.ts';
import { beginsFlow, type DueRow } from './playback.ts';

const HOUR_MS = 3_600_000;
/** The moving average forgets with this time constant, ms. */
const MEMORY_MS = 2_000;
/** After this long (ms) without rows the figure says nothing. */
const FORGET_MS = 15_000;

/** How far the drawing is behind the wire, and how the server's clock differs from this one. */
export class Lag {
  #offsetMs = 0;
  #rows = 0;
  #sum = 0;
  #shownAt = Number.NEGATIVE_INFINITY;

  /** Server clock minus this clock, ms. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** Learns the offset from an answer's time and when it was asked and came. */
  clock(serverAt: number, asked: number, answered: number): void {
    this.#offsetMs = serverAt - (asked + answered) / 2;
  }

  /**
   * A row was shown at a server time. Live rows that begin a flow count from when their packet was seen,
   * and others say nothing: a `close` comes when a flow has long been idle. Replayed ones count from when
   * their segment was appended, since their packets are of another day.
   */
  shown(row: DueRow, serverNow: number): void {
    const { table, index } = row;
    if (!beginsFlow(table.kind[index])) return;
    const replayed = table.tags[table.tag[index] ?? 0]?.provenance === PROVENANCE.replayed;
    const seen = serverNow - (table.time[index] ?? 0);
    const plausible = !replayed && seen >= 0 && seen < HOUR_MS;
    const behind = Math.max(0, plausible ? seen : serverNow - row.createdAt);
    const keep = Math.exp((this.#shownAt - serverNow) / MEMORY_MS);
    this.#rows = this.#rows * keep + 1;
    this.#sum = this.#sum * keep + behind;
    this.#shownAt = serverNow;
  }

  /** Moving average, ms; NaN when nothing was shown lately. */
  behindMs(serverNow: number): number {
    return serverNow - this.#shownAt < FORGET_MS ? this.#sum / this.#rows : Number.NaN;
  }
}
