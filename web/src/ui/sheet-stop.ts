/** Where the phone's sheet stops: counters, with the feed, or all of it. */
export type SheetStop = 'peek' | 'half' | 'full';

const STOPS: readonly SheetStop[] = ['peek', 'half', 'full'];
/** A finger that moved less than this (px) tapped. */
const TAP_PX = 12;

/** The stop after a finger let go: dragged up or down by `dy` px, or tapped. */
export function nextStop(stop: SheetStop, dy: number): SheetStop {
  const at = STOPS.indexOf(stop);
  if (Math.abs(dy) < TAP_PX) return STOPS[(at + 1) % STOPS.length] ?? stop;
  return STOPS[at + (dy < 0 ? 1 : -1)] ?? stop;
}
