import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { nextStop, type SheetStop } from './sheet-stop.ts';

/** The stop in force; only phones show a sheet. */
export const sheetStop = signal<SheetStop>('half');

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
