import type { Buffer } from 'node:buffer';
import type { Reader, Response } from 'maxmind';

/** Finds which row of an .mmdb file an address (4 or 16 bytes) has: a number of the row's own, 0 when it has none. */
export type RowFinder = (address: Uint8Array) => number;

/** Nodes below the first so many bits are kept, so that most of a walk through a large tree is a look at one number. */
const JUMP_BITS = 16;
/** IPv4 addresses are below this many zeros of an IPv6 tree. */
const V4_AT = 96;

/**
 * Walks the search tree by an address's bits. Bytes that are damaged lead to some row or none.
 * Source: https://maxmind.github.io/MaxMind-DB/ (Binary Search Tree Section).
 */
export function rowFinder(bytes: Buffer, metadata: Reader<Response>['metadata']): RowFinder {
  const { nodeCount, ipVersion } = metadata;
  const child = childReader(bytes, metadata.recordSize);
  const walk = (from: number, address: Uint8Array, first: number, end: number): number => {
    let record = from;
    for (let i = first; i < end && record < nodeCount; i++) {
      record = child(record, ((address[i >> 3] as number) >> (7 - (i & 7))) & 1);
    }
    return record;
  };
  const start4 = ipVersion === 4 ? 0 : walk(0, new Uint8Array(V4_AT / 8), 0, V4_AT);
  const jumps = { 4: jumpTable(), 16: jumpTable() } as const;
  return (address) => {
    const size = address.length;
    if (size !== 4 && (size !== 16 || ipVersion === 4)) return 0;
    const jump = jumps[size as 4 | 16];
    const at = ((address[0] as number) << 8) | (address[1] as number);
    if (jump[at] === 0) jump[at] = 1 + walk(size === 4 ? start4 : 0, address, 0, JUMP_BITS);
    const record = walk((jump[at] as number) - 1, address, JUMP_BITS, size * 8);
    return record > nodeCount ? record : 0;
  };
}

/** By the first bits of an address, 1 + the record that they lead to; 0 before it was looked for. */
function jumpTable(): Uint32Array {
  return new Uint32Array(2 ** JUMP_BITS);
}

/** Reads what the left (0) or right (1) side of a node holds. */
function childReader(bytes: Buffer, recordSize: number): (node: number, side: number) => number {
  const byte = (at: number): number => bytes[at] ?? 0;
  const three = (at: number): number => (byte(at) << 16) | (byte(at + 1) << 8) | byte(at + 2);
  if (recordSize === 24) return (node, side) => three(node * 6 + side * 3);
  if (recordSize === 32) {
    return (node, side) => {
      const at = node * 8 + side * 4;
      return byte(at) * 0x100_0000 + three(at + 1);
    };
  }
  return (node, side) => {
    const at = node * 7;
    const shared = byte(at + 3);
    const high = side === 0 ? shared >> 4 : shared & 15;
    return high * 0x100_0000 + three(side === 0 ? at : at + 4);
  };
}
