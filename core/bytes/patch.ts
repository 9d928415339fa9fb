import { fail, ok, type Result } from '../result.ts';
import { Reader } from './reader.ts';
import { type Sections, Writer } from './writer.ts';

/*
 * What bytes have beyond others, of which they hold large parts:
 *
 *   length varint · steps varint · columns of 32-bit varints: bytes that are new, bytes to copy, from where (zigzag,
 *   from the end of the copy before) · the new bytes
 */

/** Shorter copies cost as much as they save. */
const LEAST_COPY = 6;
/** How far apart two sections may be where they go on alike. */
const REACH = 24;
/** A section that cannot be brought in step this often has little in common. */
const MAX_MISSES = 24;

/** Bytes from which `applyPatch` makes those of `target` again, given those of `base`. Only sections of one id are compared. */
export function makePatch(base: Sections, target: Sections): Uint8Array {
  const patch = new PatchWriter(target.bytes);
  const indexes = new Map(base.ids.map((id, i) => [id, i]));
  patch.skip(target.starts[0] ?? target.bytes.length);
  target.ids.forEach((id, i) => {
    const to = endOf(target, i);
    const other = indexes.get(id);
    const from = other === undefined ? 0 : (base.starts[other] as number);
    const range = { from, to: other === undefined ? 0 : endOf(base, other) };
    compare(patch, base.bytes, range, to);
  });
  return patch.finish();
}

/** The bytes that a patch was made of; they are at most `limit`. Never throws. */
export function applyPatch(
  base: Uint8Array,
  patch: Uint8Array,
  limit: number,
): Result<Uint8Array, 'bad-patch'> {
  const reader = new Reader(patch);
  const length = reader.varint(limit);
  const steps = reader.varint(reader.left);
  const columns = [0, 1, 2].map(() => new Uint32Array(reader.failure === undefined ? steps : 0));
  for (const column of columns) reader.varints32(column, 0xffff_ffff);
  if (reader.failure !== undefined) return fail('bad-patch', `byte ${reader.position}`);
  const [fresh, copied, distances] = columns as [Uint32Array, Uint32Array, Uint32Array];
  const out = new Uint8Array(length);
  let at = 0;
  let source = 0;
  for (let step = 0; step < steps; step++) {
    const added = reader.bytes(fresh[step] as number);
    const distance = distances[step] as number;
    source += (distance >>> 1) ^ -(distance & 1);
    const end = source + (copied[step] as number);
    const isInside = source >= 0 && end <= base.length && reader.failure === undefined;
    if (!isInside || at + added.length + end - source > length) return fail('bad-patch');
    out.set(added, at);
    out.set(base.subarray(source, end), at + added.length);
    at += added.length + end - source;
    source = end;
  }
  return at === length && reader.left === 0 ? ok(out) : fail('bad-patch', `${at} bytes`);
}

interface Range {
  readonly from: number;
  readonly to: number;
}

function endOf({ bytes, starts }: Sections, i: number): number {
  return starts[i + 1] ?? bytes.length;
}

/** Copies what a section has in common with one of the base, in its order. */
function compare(patch: PatchWriter, base: Uint8Array, { from, to }: Range, end: number): void {
  const { target } = patch;
  let at = from;
  let misses = 0;
  while (patch.position < end && misses < MAX_MISSES) {
    const same = matching(target, base, { at: patch.position, end, source: at, to });
    if (same >= LEAST_COPY || (same > 0 && patch.position + same === end)) {
      patch.copy(at, same);
      at += same;
      continue;
    }
    misses++;
    const step = inStep(target, base, { at: patch.position, end, source: at, to });
    if (step === undefined) break;
    patch.skip(patch.position + step.target);
    at += step.base;
  }
  patch.skip(end);
}

/** Places in the target and in the base, and where the sections there end. */
interface Places {
  readonly at: number;
  readonly end: number;
  readonly source: number;
  readonly to: number;
}

function matching(target: Uint8Array, base: Uint8Array, { at, end, source, to }: Places): number {
  const most = Math.min(end - at, to - source);
  let same = 0;
  while (same < most && target[at + same] === base[source + same]) same++;
  return same;
}

/** How many bytes to go on in each until both are alike: as many in both, or some in one of them. */
function inStep(
  target: Uint8Array,
  base: Uint8Array,
  { at, end, source, to }: Places,
): { readonly target: number; readonly base: number } | undefined {
  const isAlike = (ahead: number, beyond: number): boolean =>
    matching(target, base, {
      at: at + ahead,
      end: Math.min(end, at + ahead + LEAST_COPY),
      source: source + beyond,
      to,
    }) === LEAST_COPY;
  for (let ahead = 1; ahead <= REACH; ahead++) {
    if (isAlike(ahead, ahead)) return { target: ahead, base: ahead };
    if (isAlike(ahead, 0)) return { target: ahead, base: 0 };
    if (isAlike(0, ahead)) return { target: 0, base: ahead };
  }
  return undefined;
}

/** Steps of a patch, as the target is gone through from its beginning to its end. */
class PatchWriter {
  readonly target: Uint8Array;
  position = 0;
  readonly #added: Writer;
  readonly #fresh: number[] = [];
  readonly #copied: number[] = [];
  readonly #distances: number[] = [];
  #pending = 0;
  #source = 0;

  constructor(target: Uint8Array) {
    this.target = target;
    this.#added = new Writer(target.length);
  }

  /** Takes all before `to` from the target itself. */
  skip(to: number): void {
    this.#added.bytes(this.target.subarray(this.position, to));
    this.#pending += to - this.position;
    this.position = to;
  }

  /** Takes bytes of the base. */
  copy(from: number, size: number): void {
    this.position += size;
    const last = this.#copied.length - 1;
    if (this.#pending === 0 && from === this.#source && last >= 0) {
      this.#copied[last] = (this.#copied[last] as number) + size;
    } else {
      this.#step(from, size);
    }
    this.#source = from + size;
  }

  #step(from: number, size: number): void {
    const distance = from - this.#source;
    this.#fresh.push(this.#pending);
    this.#copied.push(size);
    this.#distances.push((distance << 1) ^ (distance >> 31));
    this.#pending = 0;
  }

  finish(): Uint8Array {
    if (this.#pending > 0) this.#step(this.#source, 0);
    const writer = new Writer(this.#added.length + 8 * this.#fresh.length + 16);
    writer.varint(this.target.length);
    writer.varint(this.#fresh.length);
    for (const column of [this.#fresh, this.#copied, this.#distances]) {
      writer.varints32(Uint32Array.from(column));
    }
    writer.bytes(this.#added.finish());
    return writer.finish();
  }
}
