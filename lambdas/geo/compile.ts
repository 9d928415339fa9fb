import type { Buffer } from 'node:buffer';
import { parseAddress } from '../../core/redact/address.ts';
import { checksumOf } from '../checksum.ts';
import { ASN_LAYOUT, asnWords } from './asn-layout.ts';
import { cellTableOf } from './cells-table.ts';
import { countNetworks } from './count-networks.ts';
import { openMmdb } from './mmdb.ts';

/** Data of the systems as ip-location-db publishes them. */
export interface AsnSource {
  /** `first,last,number,organisation`, a range a line in ascending order, addresses as numbers. */
  readonly v4: string;
  /** The same, addresses as text. */
  readonly v6: string;
  /** Day of the data, as digits: 20260617. */
  readonly date: number;
}

/** Longer names are cut: they are drawn beside an address. */
const MAX_ORGANISATION = 80;

/** The bytes of the table that openAsnTable reads. Throws an error that names the line that is no range. */
export function compileAsn({ v4, v6, date }: AsnSource): Uint8Array {
  const systems = new SystemIndex();
  const ranges4 = new Ranges(2n ** 32n);
  const ranges6 = new Ranges(2n ** 64n);
  eachLine(v4, (line, number) => {
    const [from = '', to = '', asn, name] = fieldsOf(line);
    const system = systems.of(asn, name);
    if (!/^\d+$/.test(from) || !/^\d+$/.test(to) || system < 0) throw lineError('IPv4', number);
    const isNext = ranges4.add(BigInt(from), BigInt(to) + 1n, system);
    if (!isNext) throw lineError('IPv4', number);
  });
  eachLine(v6, (line, number) => {
    const [from = '', to = '', asn, name] = fieldsOf(line);
    const [first, last] = [upperHalf(from, false), upperHalf(to, true)];
    const system = systems.of(asn, name);
    if (first === undefined || last === undefined || system < 0) throw lineError('IPv6', number);
    if (!ranges6.add(first, last, system)) throw lineError('IPv6', number);
  });
  return tableOf({ ranges4: ranges4.finish(), ranges6: ranges6.finish(), systems, date });
}

/** Throws an error that says why bytes are no .mmdb file that wrangle could open. */
export function checkMmdb(bytes: Buffer): void {
  openMmdb(bytes);
}

/** The bytes of the table of cells of an .mmdb file for IPv4. Throws when it is none. */
export function compileCells(mmdb: Buffer): Uint8Array {
  return cellTableOf(countNetworks(mmdb));
}

function tableOf(parts: {
  readonly ranges4: Ranges;
  readonly ranges6: Ranges;
  readonly systems: SystemIndex;
  readonly date: number;
}): Uint8Array {
  const { ranges4, ranges6, systems, date } = parts;
  const texts = systems.names.map((name) => new TextEncoder().encode(name));
  const ends = texts.map(
    (
      (end) => (text) =>
        (end += text.length)
    )(0),
  );
  const sizes = {
    v4: ranges4.starts.length,
    v6: ranges6.starts.length,
    systems: texts.length,
    textBytes: ends.at(-1) ?? 0,
  };
  const words = new Uint32Array(asnWords(sizes));
  const bytes = new Uint8Array(words.buffer);
  words.set([ASN_LAYOUT.magic, 0, date, sizes.v4, sizes.v6, sizes.systems, sizes.textBytes]);
  let at: number = ASN_LAYOUT.headerWords;
  const put = (values: readonly number[]): void => {
    words.set(values, at);
    at += values.length;
  };
  put(ranges4.starts.map(Number));
  put(ranges4.systems);
  put(ranges6.starts.map((start) => Number(start >> 32n)));
  put(ranges6.starts.map((start) => Number(start & 0xffff_ffffn)));
  put(ranges6.systems);
  put(systems.numbers);
  put([0, ...ends]);
  texts.forEach((text, i) => {
    bytes.set(text, at * 4 + (ends[i] as number) - text.length);
  });
  words[1] = checksumOf(words.subarray(2));
  return bytes;
}

/**
 * Ranges in ascending order of their first addresses, what lies between them unknown; neighbours of one system are one.
 * Of a range that lies inside another, the inner one counts.
 */
class Ranges {
  readonly starts: bigint[] = [0n];
  readonly systems: number[] = [0];
  readonly #end: bigint;
  /** Those that have begun and not ended, each inside the one before. */
  readonly #open: { readonly to: bigint; readonly system: number }[] = [];
  #last = 0n;

  constructor(end: bigint) {
    this.#end = end;
  }

  /** `to` is not included. What is empty is left out. False when it begins before the one before does. */
  add(from: bigint, to: bigint, system: number): boolean {
    if (from >= to || to > this.#end) return true;
    if (from < this.#last) return false;
    this.#last = from;
    this.#endUpTo(from);
    this.#open.push({ to, system });
    this.#set(from, system);
    return true;
  }

  /** Ends what has not ended. */
  finish(): this {
    this.#endUpTo(this.#end);
    return this;
  }

  #endUpTo(address: bigint): void {
    for (;;) {
      const last = this.#open.at(-1);
      if (last === undefined || last.to > address) return;
      this.#open.pop();
      const around = this.#open.at(-1);
      const isOver = around !== undefined && around.to <= last.to;
      if (!isOver && last.to < this.#end) this.#set(last.to, around?.system ?? 0);
    }
  }

  #set(start: bigint, system: number): void {
    if (this.starts.at(-1) === start) {
      this.starts.pop();
      this.systems.pop();
    }
    if (this.systems.at(-1) === system) return;
    this.starts.push(start);
    this.systems.push(system);
  }
}

/** Systems by number and name; the unknown one is the first. */
class SystemIndex {
  readonly numbers: number[] = [0];
  readonly names: string[] = [''];
  readonly #known = new Map<string, number>();

  /** Index of a system, -1 when the number is none. */
  of(asn = '', organisation = ''): number {
    if (!/^\d{1,10}$/.test(asn) || Number(asn) > 0xffff_ffff) return -1;
    const name = organisation.slice(0, MAX_ORGANISATION);
    const key = `${asn} ${name}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.numbers.length);
    this.names.push(name);
    return this.numbers.push(Number(asn)) - 1;
  }
}

function eachLine(text: string, take: (line: string, number: number) => void): void {
  let number = 0;
  for (const line of text.split('\n')) {
    number++;
    if (line.trim() !== '') take(line.trim(), number);
  }
}

/** Four fields of a line; only the last may be quoted, with quotes doubled inside. */
function fieldsOf(line: string): readonly string[] {
  const [from = '', to = '', asn = '', ...rest] = line.split(',');
  const name = rest.join(',');
  const quoted = name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
  return [from, to, asn, quoted];
}

/** The first 64 bits of an IPv6 address; of a range's last address, those of the one that follows it, rounded down. */
function upperHalf(text: string, isLast: boolean): bigint | undefined {
  const bytes = parseAddress(text);
  if (bytes?.length !== 16) return undefined;
  const view = new DataView(bytes.buffer);
  const [high, low] = [view.getBigUint64(0), view.getBigUint64(8)];
  if (isLast) return low === 0xffff_ffff_ffff_ffffn ? high + 1n : high;
  return low === 0n ? high : high + 1n;
}

function lineError(family: string, number: number): Error {
  return new Error(
    `Line ${number} of the ${family} data of autonomous systems is not first,last,number,organisation in ascending order: install @ip-location-db/asn again.`,
  );
}
