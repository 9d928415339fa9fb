/** Which lines a scrolled list shows. */
export interface FeedWindow {
  /** Positions from the top, first and past the last. */
  readonly first: number;
  readonly end: number;
  /** Height of the whole list, px. */
  readonly height: number;
}

/** Lines drawn above and below what is visible. */
const OVERSCAN = 2;

/** The visible part of a list of `count` rows of `rowPx`. */
export function feedWindow(
  count: number,
  view: { readonly rowPx: number; readonly scrollTop: number; readonly height: number },
): FeedWindow {
  const first = Math.max(0, Math.floor(view.scrollTop / view.rowPx) - OVERSCAN);
  const visible = Math.ceil(view.height / view.rowPx) + 2 * OVERSCAN;
  return {
    first: Math.min(first, Math.max(0, count - 1)),
    end: Math.min(count, first + visible),
    height: count * view.rowPx,
  };
}
