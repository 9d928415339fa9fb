/** All of what is counted by reason. */
export function totalOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, value) => total + value, 0);
}

/** A number as people read it: 1,234,567. */
export function figure(value: number): string {
  return value.toLocaleString('en-US');
}
