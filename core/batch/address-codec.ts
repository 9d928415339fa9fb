import { readPlanes, writePlanes } from '../bytes/columns.ts';
import type { Reader } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';

const SIZES = [4, 16] as const;

/** Writes the sizes of addresses, then all first bytes of the 4-byte ones, all second bytes …, then the 16-byte ones likewise. */
export function writeAddresses(writer: Writer, addresses: readonly Uint8Array[]): void {
  const sizes = Uint32Array.from(addresses, (address) => address.length);
  writePlanes(writer, sizes, 1);
  for (const size of SIZES) {
    const rows = indexesOf(sizes, size);
    const planes = new Uint8Array(rows.length * size);
    for (let i = 0; i < rows.length; i++) {
      const address = addresses[rows[i] as number] as Uint8Array;
      for (let byte = 0; byte < size; byte++) {
        planes[byte * rows.length + i] = address[byte] as number;
      }
    }
    writer.bytes(planes);
  }
}

/** Reads `count` addresses; the caller has checked that so many bytes are left. */
export function readAddresses(reader: Reader, count: number): Uint8Array[] {
  const sizes = readPlanes(reader, count, 1, 16);
  if (sizes.some((size) => size !== 4 && size !== 16)) reader.reject('bad-value');
  const addresses = new Array<Uint8Array>(reader.failure === undefined ? count : 0);
  for (const size of SIZES) {
    const rows = indexesOf(sizes, size);
    const planes = reader.bytes(rows.length * size);
    if (reader.failure !== undefined) return [];
    const bytes = new Uint8Array(planes.length);
    rows.forEach((row, i) => {
      for (let byte = 0; byte < size; byte++) {
        bytes[i * size + byte] = planes[byte * rows.length + i] as number;
      }
      addresses[row] = bytes.subarray(i * size, (i + 1) * size);
    });
  }
  return addresses;
}

function indexesOf(sizes: Uint32Array, size: number): number[] {
  const rows: number[] = [];
  for (let i = 0; i < sizes.length; i++) if (sizes[i] === size) rows.push(i);
  return rows;
}
