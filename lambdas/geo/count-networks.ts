import type { Buffer } from 'node:buffer';
import { Reader, type Response } from 'maxmind';
import { CellCounts, cellOf } from '../../core/redact/cells.ts';
import { placeOfRow } from './geo-row.ts';

/** Prefix length of the networks that are counted. */
const BITS = 24;
const V4_BITS = 32;
/** Where IPv4 begins in a tree of IPv6. */
const V4_DEPTH = 96;

/**
 * How many IPv4 networks of /24 a database places in each cell of the map; one that it divides counts where its first
 * address is. Throws on bytes that are no .mmdb file. Places of rows without coordinates are not counted.
 */
export function countNetworks(bytes: Buffer): CellCounts {
  const reader = new Reader<Response>(bytes);
  const cells = new Map<number, number | undefined>();
  const sums = new Map<number, number>();
  eachLeaf(bytes, reader.metadata, (pointer, address, bits) => {
    if (!cells.has(pointer)) cells.set(pointer, cellOfRow(reader.get(textOf(address))));
    const cell = cells.get(pointer);
    if (cell !== undefined) sums.set(cell, (sums.get(cell) ?? 0) + 2 ** (BITS - bits));
  });
  const places = Uint32Array.from(sums.keys()).sort();
  return new CellCounts(
    places,
    places.map((place) => sums.get(place) as number),
  );
}

function cellOfRow(row: unknown): number | undefined {
  const place = placeOfRow(row);
  return place?.how === 'geo' ? cellOf(place) : undefined;
}

/** Goes through the tree's data as far as /24. Source: MaxMind DB File Format Specification 2.0, "Binary Search Tree". */
function eachLeaf(
  bytes: Buffer,
  { nodeCount, recordSize, nodeByteSize, ipVersion }: Reader<Response>['metadata'],
  take: (pointer: number, address: number, bits: number) => void,
): void {
  const read = recordReader(bytes, recordSize);
  const child = (node: number, side: 0 | 1): number => read(node * nodeByteSize, side);
  const visit = (node: number, address: number, bits: number): void => {
    if (node > nodeCount) take(node, address, bits);
    if (node >= nodeCount) return;
    const divides = bits < BITS;
    visit(child(node, 0), address, divides ? bits + 1 : bits);
    if (divides) visit(child(node, 1), address + 2 ** (V4_BITS - 1 - bits), bits + 1);
  };
  let root = 0;
  if (ipVersion === 6) for (let i = 0; i < V4_DEPTH && root < nodeCount; i++) root = child(root, 0);
  visit(root, 0, 0);
}

/** Reads the left or right record of the node at an offset. */
function recordReader(bytes: Buffer, recordSize: number): (offset: number, side: 0 | 1) => number {
  if (recordSize === 24) return (offset, side) => bytes.readUIntBE(offset + 3 * side, 3);
  if (recordSize === 32) return (offset, side) => bytes.readUInt32BE(offset + 4 * side);
  if (recordSize !== 28) throw new Error(`.mmdb files have no records of ${recordSize} bits`);
  return (offset, side) => {
    const middle = bytes[offset + 3] as number;
    const high = side === 0 ? middle >> 4 : middle & 0x0f;
    return high * 0x100_0000 + bytes.readUIntBE(offset + 4 * side, 3);
  };
}

function textOf(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}
