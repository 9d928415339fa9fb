import type { Column } from '../bytes/gather.ts';
import type { EventTable } from '../event/table.ts';

/** One byte a row or a dictionary entry: 1 where a condition holds, else 0. */
export type Mask = Uint8Array;

/** Sets a 1 for every row that a condition holds for, in a mask that is all 0. */
export type RowTest = (table: EventTable, into: Mask) => void;

/** Sets rows whose column's value `lut` has a 1 for. */
export function orLookup(into: Mask, column: Column, lut: Mask): void {
  for (let i = 0; i < into.length; i++) {
    into[i] = (into[i] as number) | (lut[column[i] as number] as number);
  }
}

/** Sets rows of which either of two columns has a value that `lut` has a 1 for. */
export function orEither(into: Mask, [a, b]: readonly [Column, Column], lut: Mask): void {
  for (let i = 0; i < into.length; i++) {
    into[i] =
      (into[i] as number) | (lut[a[i] as number] as number) | (lut[b[i] as number] as number);
  }
}

/** Sets rows whose value lies from `min` to `max`. */
export function orRange(
  into: Mask,
  column: Column | Float64Array,
  { min, max }: { readonly min: number; readonly max: number },
): void {
  for (let i = 0; i < into.length; i++) {
    const value = column[i] as number;
    into[i] = (into[i] as number) | (value >= min && value <= max ? 1 : 0);
  }
}

/** Sets rows of which the sum of two values lies from `min` to `max`. */
export function orSum(
  into: Mask,
  [a, b]: readonly [Column | Float64Array, Column | Float64Array],
  { min, max }: { readonly min: number; readonly max: number },
): void {
  for (let i = 0; i < into.length; i++) {
    const value = (a[i] as number) + (b[i] as number);
    into[i] = (into[i] as number) | (value >= min && value <= max ? 1 : 0);
  }
}

/** Clears rows whose column's value `lut` has a 0 for. */
export function andLookup(into: Mask, column: Column, lut: Mask): void {
  for (let i = 0; i < into.length; i++) {
    into[i] = (into[i] as number) & (lut[column[i] as number] as number);
  }
}

/** Clears rows that `other` has not. */
export function andMask(into: Mask, other: Mask): void {
  for (let i = 0; i < into.length; i++) into[i] = (into[i] as number) & (other[i] as number);
}

/** Sets rows that `other` has. */
export function orMask(into: Mask, other: Mask): void {
  for (let i = 0; i < into.length; i++) into[i] = (into[i] as number) | (other[i] as number);
}

/** Turns every row around. */
export function invert(into: Mask): void {
  for (let i = 0; i < into.length; i++) into[i] = (into[i] as number) ^ 1;
}

/** Whether no entry has a 1. */
export function isEmpty(mask: Mask): boolean {
  return mask.indexOf(1) < 0;
}

/** A mask of `size` entries with a 1 where `holds`. */
export function maskOf(size: number, holds: (index: number) => boolean): Mask {
  const mask = new Uint8Array(size);
  for (let i = 0; i < size; i++) if (holds(i)) mask[i] = 1;
  return mask;
}
