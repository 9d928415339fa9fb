/** Things with a text and two weights each, of which some may stay. */
export interface Weighted {
  readonly keys: readonly string[];
  readonly counts: Float64Array;
  readonly bytes: Float64Array;
}

/**
 * Marks those that stay, `limit` of them: half are the heaviest by count, the others the heaviest by bytes of what is
 * left. Among equals those whose texts come first stay, so that the order they are given in does not matter.
 */
export function heaviest(all: Weighted, limit: number): Uint8Array {
  const stays = new Uint8Array(all.keys.length);
  mark(stays, all.keys, { weights: all.counts, limit: limit >> 1 });
  mark(stays, all.keys, { weights: all.bytes, limit: limit - (limit >> 1) });
  return stays;
}

function mark(
  stays: Uint8Array,
  keys: readonly string[],
  by: { readonly weights: Float64Array; readonly limit: number },
): void {
  const { weights, limit } = by;
  const open = new Float64Array(keys.length);
  let count = 0;
  for (let i = 0; i < keys.length; i++) if (stays[i] === 0) open[count++] = weights[i] as number;
  if (limit <= 0 || count === 0) return;
  const least = nthLargest(open.subarray(0, count), Math.min(limit, count));
  const equals: number[] = [];
  let room = limit;
  for (let i = 0; i < keys.length; i++) {
    const weight = weights[i] as number;
    if (weight < least || stays[i] === 1) continue;
    if (weight === least) {
      equals.push(i);
      continue;
    }
    stays[i] = 1;
    room--;
  }
  const text = (i: number): string => keys[i] as string;
  if (equals.length > room) equals.sort((a, b) => (text(a) < text(b) ? -1 : 1));
  for (const i of equals.slice(0, room)) stays[i] = 1;
}

/** The n-th largest of values, which change their places; by Hoare's quickselect. */
function nthLargest(values: Float64Array, n: number): number {
  const target = values.length - n;
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1] as number;
    let i = low;
    let j = high;
    while (i <= j) {
      while ((values[i] as number) < pivot) i++;
      while ((values[j] as number) > pivot) j--;
      if (i > j) break;
      const swapped = values[i] as number;
      values[i++] = values[j] as number;
      values[j--] = swapped;
    }
    if (target <= j) high = j;
    else if (target >= i) low = i;
    else break;
  }
  return values[target] ?? 0;
}
