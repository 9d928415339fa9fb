/** Longest line, bytes: no tool writes longer ones, and memory is bounded by it. */
export const MAX_LINE_BYTES = 1024 * 1024;

const NEWLINE = 10;
const BYTE_ORDER_MARK = '\ufeff';

/** Takes lines as they become whole. */
export interface LineTaker {
  line(text: string): void;
  /** A line over this many bytes long, which is left out. */
  tooLong(bytes: number): void;
}

/** Makes lines of UTF-8 in pieces. */
export class LineSplitter {
  readonly #taker: LineTaker;
  #rest: Buffer[] = [];
  #restBytes = 0;
  #skipping: boolean;
  #atStart = true;

  /** `inside`: the first piece begins within a line, which is left out. */
  constructor(taker: LineTaker, inside = false) {
    this.#taker = taker;
    this.#skipping = inside;
  }

  /** Bytes of the line that is not whole yet. */
  get waiting(): number {
    return this.#restBytes;
  }

  /** Takes the next piece, which may be used again afterwards. */
  push(piece: Uint8Array): void {
    let bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    if (this.#skipping) {
      const end = bytes.indexOf(NEWLINE);
      if (end < 0) return;
      this.#skipping = false;
      bytes = bytes.subarray(end + 1);
    }
    const last = bytes.lastIndexOf(NEWLINE);
    if (last >= 0) this.#take(Buffer.concat([...this.#rest, bytes.subarray(0, last)]));
    if (last >= 0) this.forget();
    this.#keep(bytes.subarray(last + 1));
  }

  /** Nothing more comes: what is left is a line too. */
  end(): void {
    if (this.#restBytes > 0) this.#take(Buffer.concat(this.#rest));
    this.forget();
  }

  /** Forgets the line that is not whole. */
  forget(): void {
    this.#rest = [];
    this.#restBytes = 0;
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#rest.push(Buffer.from(bytes));
    this.#restBytes += bytes.length;
    if (this.#restBytes <= MAX_LINE_BYTES) return;
    this.#taker.tooLong(MAX_LINE_BYTES);
    this.forget();
    this.#skipping = true;
  }

  #take(bytes: Buffer): void {
    let text = bytes.toString('utf8');
    if (this.#atStart && text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1);
    this.#atStart = false;
    for (const line of text.split('\n')) {
      // However the text was cut, the same lines are too long.
      const isLong = bytes.length > MAX_LINE_BYTES && Buffer.byteLength(line) > MAX_LINE_BYTES;
      if (isLong) this.#taker.tooLong(MAX_LINE_BYTES);
      else this.#taker.line(line.endsWith('\r') ? line.slice(0, -1) : line);
    }
  }
}
