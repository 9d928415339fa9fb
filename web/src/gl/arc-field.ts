import { ArcRing } from './arc-ring.ts';
import { FLIGHT_BUDGET, nextBudget } from './budget.ts';
import { Corridors } from './corridors.ts';
import type { Arc } from './flight.ts';

/** Corridors kept at once. */
const CORRIDORS = 1_024;

/** What is in the air and what lingers: the drawing's whole state, free of GL. */
export class ArcField {
  readonly ring = new ArcRing(FLIGHT_BUDGET.most);
  readonly corridors = new Corridors(CORRIDORS);
  #budget: number = FLIGHT_BUDGET.most;

  /** Flights allowed at once just now. */
  get budget(): number {
    return this.#budget;
  }

  /** Draws a flight if the budget allows, else folds it into its corridor. Time in seconds. */
  launch(arc: Arc, seconds: number): 'drawn' | 'folded' {
    this.ring.expire(seconds);
    const drawn = this.ring.live < this.#budget && this.ring.add(arc, seconds);
    this.corridors.add(arc, seconds, drawn ? 1 : 1 + Math.log2(1 + arc.packets));
    return drawn ? 'drawn' : 'folded';
  }

  /** Only the corridor: for what is history, hidden, or the next row of a flow already drawn. */
  fold(arc: Arc, seconds: number): void {
    this.corridors.add(arc, seconds, 0.5);
  }

  /** Empties the sky: what is drawn from now on is of another view. */
  clear(): void {
    this.ring.clear();
    this.corridors.clear();
  }

  /** Tells how long the last frame took (ms); the budget follows. */
  frame(frameMs: number): void {
    this.#budget = nextBudget(this.#budget, frameMs);
  }

  /** `moving` needs every animation frame, `fading` a slow one, `still` none. */
  activity(seconds: number): 'moving' | 'fading' | 'still' {
    this.ring.expire(seconds);
    if (this.ring.live > 0) return 'moving';
    return this.corridors.visible(seconds) ? 'fading' : 'still';
  }
}
