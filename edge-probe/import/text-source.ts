import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** Read at a time, bytes. */
const PIECE_BYTES = 256 * 1024;
/** RFC 1952, 2.3.1. */
const GZIP = [0x1f, 0x8b];

/** The text of a file, or of standard input for '-', piece after piece; what is gzipped is unpacked. */
export async function* readText(path: string): AsyncGenerator<Uint8Array> {
  const stream =
    path === '-' ? process.stdin : createReadStream(path, { highWaterMark: PIECE_BYTES });
  const pieces = (stream as Readable)[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const first = await pieces.next();
  if (first.done === true) return;
  const whole = startingWith(first.value, pieces);
  if (!GZIP.every((byte, at) => first.value[at] === byte)) {
    yield* whole;
    return;
  }
  const packed = Readable.from(whole, { objectMode: false });
  const unpacked = createGunzip({ chunkSize: PIECE_BYTES });
  packed.on('error', (error) => unpacked.destroy(error));
  packed.pipe(unpacked);
  yield* unpacked as AsyncIterable<Uint8Array>;
}

async function* startingWith(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
      yield next.value;
    }
  } finally {
    await rest.return?.();
  }
}
