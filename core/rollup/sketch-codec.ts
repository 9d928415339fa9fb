import { readPlanes, readVarints, writePlanes, writeVarints } from '../bytes/columns.ts';
import type { Reader } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';
import { DistinctSketch } from './sketch.ts';

const REGISTERS = 4_096;
const MAX_RANK = 33;
/** From so many registers on a byte for each of all takes less than their indices. */
const DENSE_FROM = 1_365;

/** Writes a sketch: how many registers are set, then either their index steps and ranks, or the ranks of all. */
export function writeSketch(writer: Writer, sketch: DistinctSketch): void {
  const registers = [...sketch.registers()];
  writer.varint(registers.length);
  if (registers.length >= DENSE_FROM) {
    const ranks = new Uint32Array(REGISTERS);
    for (const [index, rank] of registers) ranks[index] = rank;
    writePlanes(writer, ranks, 1);
    return;
  }
  const steps = registers.map(([index], i) => index - (registers[i - 1]?.[0] ?? -1) - 1);
  writeVarints(writer, Uint32Array.from(steps));
  writePlanes(
    writer,
    Uint32Array.from(registers, ([, rank]) => rank),
    1,
  );
}

/** Reads what writeSketch wrote. */
export function readSketch(reader: Reader): DistinctSketch {
  const sketch = new DistinctSketch();
  const count = reader.varint(REGISTERS);
  if (count >= DENSE_FROM) {
    const ranks = readPlanes(reader, REGISTERS, 1, MAX_RANK);
    let set = 0;
    ranks.forEach((rank, index) => {
      if (rank > 0 && sketch.restore(index, rank)) set++;
    });
    if (set !== count) reader.reject('bad-value');
    return sketch;
  }
  const steps = readVarints(reader, count, REGISTERS - 1);
  const ranks = readPlanes(reader, count, 1, MAX_RANK);
  let index = -1;
  for (let i = 0; i < count && reader.failure === undefined; i++) {
    index += (steps[i] as number) + 1;
    if (!sketch.restore(index, ranks[i] as number)) reader.reject('bad-value');
  }
  return sketch;
}
