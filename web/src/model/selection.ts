import { signal } from '@preact/signals';

/** Classes (indexes into SERVICE_CLASSES) that are not drawn. */
export const muted = signal<ReadonlySet<number>>(new Set());

/** Mutes a class, or shows it again. */
export function toggleClass(index: number): void {
  const next = new Set(muted.value);
  if (!next.delete(index)) next.add(index);
  muted.value = next;
}

/** Shows only this class, or all of them when it was the only one. */
export function soloClass(index: number, classes: number): void {
  const others = Array.from({ length: classes }, (_, at) => at).filter((at) => at !== index);
  const alone = !muted.value.has(index) && others.every((at) => muted.value.has(at));
  muted.value = alone ? new Set() : new Set(others);
}
