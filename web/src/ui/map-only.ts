import { signal } from '@preact/signals';

/** Whether every panel is folded away. */
export const mapOnly = signal(false);

/** Folds the panels away, or brings them back. */
export function toggleMapOnly(): void {
  mapOnly.value = !mapOnly.value;
  document.documentElement.classList.toggle('map-only', mapOnly.value);
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select');
}

/** `m` toggles, Escape brings the panels back. */
export function startMapOnlyKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === 'm' || (event.key === 'Escape' && mapOnly.value)) toggleMapOnly();
  });
}
