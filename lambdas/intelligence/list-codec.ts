import { PrefixLevel } from '../../core/network/prefix-level.ts';
import { PrefixTable } from '../../core/network/prefix-table.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { checksumOf } from '../checksum.ts';
import { dayText } from '../day.ts';
import type { ListTable, Validity } from './list-builder.ts';

/** A compiled list: its table, and the day it was read. */
export interface CompiledList {
  readonly table: ListTable;
  /** '2026-11-21'. */
  readonly date: string;
}

/** Why bytes are no compiled list. */
export type CompiledListError = 'bad-magic' | 'truncated' | 'bad-checksum' | 'bad-level';

/** 'SKL1' */
const MAGIC = 0x31_4c_4b_53;
const HEADER_WORDS = 5;
const LEVEL_WORDS = 4;

/**
 * A list as 32-bit little-endian words, read where they lie:
 *
 *   magic · checksum of all words that follow · date (20261121) · number of validities and of levels
 *   of each validity: from · until (seconds) · of each level: bits · words of a key · places · entries
 *   of each level: its keys · its values, as PrefixLevel has them
 */
export function encodeList({ networks, validities }: ListTable, date: number): Uint8Array {
  const levels = networks.levels();
  const head = [MAGIC, 0, date, validities.length, levels.length];
  const times = validities.flatMap(({ from, until }) => [from, until]);
  const shapes = levels.flatMap((one) => [one.bits, one.words, one.values.length, one.size]);
  const parts: readonly ArrayLike<number>[] = [
    head,
    times,
    shapes,
    ...levels.flatMap(({ keys, values }) => [keys, values]),
  ];
  const words = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    words.set(part, at);
    at += part.length;
  }
  words[1] = checksumOf(words.subarray(2));
  return new Uint8Array(words.buffer);
}

/** A list of encodeList's bytes; never throws. */
export function decodeList(bytes: Uint8Array): Result<CompiledList, CompiledListError> {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2);
  const [magic, checksum, date = 0, validities = 0, levels = 0] = words;
  if (magic !== MAGIC) return fail('bad-magic', 'it is no compiled list');
  if (checksumOf(words.subarray(2)) !== checksum) return fail('bad-checksum', 'bytes were changed');
  const shapesAt = HEADER_WORDS + 2 * validities;
  let at = shapesAt + LEVEL_WORDS * levels;
  if (at > words.length) return fail('truncated', `${aligned.length} bytes`);
  const read: PrefixLevel[] = [];
  for (let i = 0; i < levels; i++) {
    const level = levelAt(words, shapesAt + LEVEL_WORDS * i, at);
    if (level === undefined) return fail('bad-level', `level ${i}`);
    at += level.keys.length + level.values.length;
    read.push(level);
  }
  if (at * 4 !== aligned.length) return fail('truncated', `${aligned.length} of ${at * 4} bytes`);
  const times = Array.from({ length: validities }, (_, i): Validity => {
    const [from = 0, until = 0] = words.subarray(HEADER_WORDS + 2 * i);
    return { from, until };
  });
  return ok({ table: { networks: PrefixTable.of(read), validities: times }, date: dayText(date) });
}

/** Undefined when a lookup in it could fail: not a power of two, more than half full, too short. */
function levelAt(words: Uint32Array, shapeAt: number, at: number): PrefixLevel | undefined {
  const [bits = 0, width = 0, places = 0, size = 0] = words.subarray(shapeAt, shapeAt + 4);
  if (width !== 1 && width !== 4) return undefined;
  const isTable = places >= 2 && (places & (places - 1)) === 0 && size * 2 <= places;
  const end = at + places * (width + 1);
  if (!isTable || end > words.length || bits > width * 32) return undefined;
  const keys = words.subarray(at, at + places * width);
  const values = words.subarray(at + places * width, end);
  let used = 0;
  for (let i = 0; i < places; i++) if (values[i] !== 0) used++;
  return used === size ? new PrefixLevel(bits, width, { keys, values, size }) : undefined;
}
