import { readVarints, writeVarints } from '../../core/bytes/columns.ts';
import { Reader } from '../../core/bytes/reader.ts';
import { Writer } from '../../core/bytes/writer.ts';
import { CELLS, CellCounts } from '../../core/redact/cells.ts';
import { fail, ok, type Result } from '../../core/result.ts';

/** Why bytes are no table of cells. */
export type CellTableError = 'bad-version' | 'truncated' | 'bad-value';

/** First byte of a table: another layout is another number. */
const VERSION = 0xc1;

/** Bytes of counts: version u8 · cells varint · steps from place to place: varints · counts: varints. */
export function cellTableOf({ places, counts }: CellCounts): Uint8Array {
  const writer = new Writer(16 + places.length * 5);
  writer.u8(VERSION);
  writer.varint(places.length);
  writeVarints(
    writer,
    places.map((place, i) => place - (i === 0 ? -1 : (places[i - 1] as number))),
  );
  writeVarints(writer, counts);
  return writer.finish();
}

/** Reads what cellTableOf wrote. Never throws. */
export function openCellTable(bytes: Uint8Array): Result<CellCounts, CellTableError> {
  const reader = new Reader(bytes);
  const version = reader.u8();
  if (reader.failure === undefined && version !== VERSION) {
    return fail('bad-version', `version ${version}`);
  }
  const cells = reader.varint(Math.min(reader.left, CELLS));
  const places = readVarints(reader, cells, CELLS);
  const counts = readVarints(reader, cells);
  let last = -1;
  for (let i = 0; i < cells && reader.failure === undefined; i++) {
    const step = places[i] as number;
    last += step;
    if (step === 0 || last >= CELLS) reader.reject('bad-value');
    places[i] = last;
  }
  if (reader.left > 0) reader.reject('bad-value');
  if (reader.failure !== undefined) return fail(reader.failure, `byte ${reader.position}`);
  return ok(new CellCounts(places, counts));
}
