import { signal } from '@preact/signals';
import type { JSX } from 'preact';

/** Where the phone's sheet stops: counters, with the feed, or all of it. */
export type SheetStop = 'peek' | 'half' | 'full';

const STOPS: readonly SheetStop[] = ['peek', 'half', 'full'];
/** A finger that moved less than this (px) tapped. */
const TAP_PX = 12;

/** The stop in force; only phones show a sheet. */
export const sheetStop = signal<SheetStop>('half');

/** The stop after a finger let go: dragged up or down by `dy` px, or tapped. */
export function nextStop(stop: SheetStop, dy: number): SheetStop {
  const at = STOPS.indexOf(stop);
  if (Math.abs(dy) < TAP_PX) return STOPS[(at + 1) % STOPS.length] ?? stop;
  return STOPS[at + (dy < 0 ? 1 : -1)] ?? stop;
}

/** The grip of the sheet: tap for the next stop, drag up or down. */
export function Handle(): JSX.Element {
  let from = 0;
  return (
    <button
      type="button"
      class="handle"
      aria-label={`Sheet: ${sheetStop.value}. Change its height`}
      onPointerDown={(event) => {
        from = event.clientY;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerUp={(event) => {
        sheetStop.value = nextStop(sheetStop.value, event.clientY - from);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === ' ')
          sheetStop.value = nextStop(sheetStop.value, 0);
      }}
    >
      <span />
    </button>
  );
}
