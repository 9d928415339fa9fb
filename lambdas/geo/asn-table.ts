import type { System } from '../../core/event/table.ts';
import { wordAt } from '../../core/network/word-at.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { checksumOf } from '../checksum.ts';
import { dayText } from '../day.ts';
import { ASN_LAYOUT, asnWords } from './asn-layout.ts';

/** Who announces addresses, by their ranges. */
export interface AsnTable {
  /** Day of the data, '2026-06-17'. */
  readonly date: string;
  readonly bytes: number;
  /** System of an address of 4 or 16 bytes, the same object for each of a system's; undefined when nobody announces it. */
  find(address: Uint8Array): System | undefined;
}

/** Why bytes are no table. */
export type AsnTableError = 'bad-magic' | 'truncated' | 'bad-checksum';

interface Columns {
  readonly v4: Uint32Array;
  readonly v4System: Uint32Array;
  readonly v6High: Uint32Array;
  readonly v6Low: Uint32Array;
  readonly v6System: Uint32Array;
  readonly asn: Uint32Array;
  readonly textAt: Uint32Array;
  readonly text: Uint8Array;
}

/** Reads a table of ASN_LAYOUT where it lies: no copy, unless the bytes do not begin at a whole word. */
export function openAsnTable(bytes: Uint8Array): Result<AsnTable, AsnTableError> {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2);
  const [magic, checksum, date = 0, v4 = 0, v6 = 0, systems = 0, textBytes = 0] = words;
  if (magic !== ASN_LAYOUT.magic) return fail('bad-magic', 'it is no table of systems');
  const sizes = { v4, v6, systems, textBytes };
  const whole = asnWords(sizes);
  if (whole * 4 !== aligned.length) {
    return fail('truncated', `${aligned.length} of ${whole * 4} bytes`);
  }
  if (checksumOf(words.subarray(2)) !== checksum) return fail('bad-checksum', 'bytes were changed');
  let at = ASN_LAYOUT.headerWords;
  const next = (length: number): Uint32Array => {
    at += length;
    return words.subarray(at - length, at);
  };
  const columns: Columns = {
    v4: next(v4),
    v4System: next(v4),
    v6High: next(v6),
    v6Low: next(v6),
    v6System: next(v6),
    asn: next(systems),
    textAt: next(systems + 1),
    text: aligned.subarray(at * 4, at * 4 + textBytes),
  };
  return ok({ date: dayText(date), bytes: aligned.length, find: finder(columns) });
}

function finder(columns: Columns): (address: Uint8Array) => System | undefined {
  const { v4, v4System, v6High, v6Low, v6System } = columns;
  const systems = systemsOf(columns);
  return (address) => {
    if (address.length === 4) return systems(v4System[lastUpTo(v4, wordAt(address, 0))]);
    if (address.length !== 16) return undefined;
    return systems(v6System[lastUpToPair(v6High, v6Low, address)]);
  };
}

/** Makes a system when it is first asked for. */
function systemsOf(columns: Columns): (index: number | undefined) => System | undefined {
  const { asn, textAt, text } = columns;
  const made = new Array<System | undefined>(asn.length);
  const decoder = new TextDecoder();
  return (index) => {
    if (index === undefined || index === 0 || index >= asn.length) return undefined;
    const known = made[index];
    if (known !== undefined) return known;
    const organisation = decoder.decode(text.subarray(textAt[index], textAt[index + 1]));
    const system = { asn: asn[index] as number, organisation };
    made[index] = system;
    return system;
  };
}

/** Index of the last entry that is not above `value`, -1 when all are. */
function lastUpTo(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function lastUpToPair(highs: Uint32Array, lows: Uint32Array, address: Uint8Array): number {
  const [a, b] = [wordAt(address, 0), wordAt(address, 4)];
  let low = 0;
  let high = highs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const first = highs[middle] as number;
    if (first < a || (first === a && (lows[middle] as number) <= b)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
