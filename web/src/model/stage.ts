import type { ArcField } from '../gl/arc-field.ts';
import { toArc } from './arcs.ts';
import type { DueRow } from './playback.ts';

/** drawn + folded + filtered + waiting = received, always. */
export interface DrawnCounts {
  readonly received: number;
  readonly drawn: number;
  readonly folded: number;
  readonly filtered: number;
}

/** Puts rows onto the map and counts what became of each. */
export class Stage {
  readonly #field: ArcField;
  readonly #hides: (serviceClass: number) => boolean;
  #received = 0;
  #drawn = 0;
  #folded = 0;
  #filtered = 0;

  constructor(field: ArcField, hides: (serviceClass: number) => boolean) {
    this.#field = field;
    this.#hides = hides;
  }

  get counts(): DrawnCounts {
    return {
      received: this.#received,
      drawn: this.#drawn,
      folded: this.#folded,
      filtered: this.#filtered,
    };
  }

  /** Counts rows as received: each row of the table must be shown later, and `filtered` ones never are. */
  receive(rows: number, filtered = 0): void {
    this.#received += rows + filtered;
    this.#filtered += filtered;
  }

  /** Shows one row at a time in seconds; `quietly` folds what would have flown. */
  show(row: Pick<DueRow, 'table' | 'index'>, seconds: number, quietly: boolean): void {
    const drawable = toArc(row.table, row.index);
    const more = row.table.folded[row.index] ?? 0;
    if (drawable.what === 'nothing' || this.#hides(drawable.arc.serviceClass)) {
      this.#filtered += 1 + more;
    } else if (drawable.what === 'flight' && !quietly) {
      if (this.#field.launch(drawable.arc, seconds) === 'drawn') this.#drawn += 1;
      else this.#folded += 1;
      this.#folded += more;
    } else {
      this.#field.fold(drawable.arc, seconds);
      this.#folded += 1 + more;
    }
  }
}
