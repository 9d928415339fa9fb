/** How reading a DNS message ended. Addresses found before it turned out malformed were handed over. */
export type DnsOutcome = 'answer' | 'not-an-answer' | 'malformed';

/** Takes an address of `size` bytes at `at`, that an answer gives. */
export type DnsAddressHandler = (at: number, size: 4 | 16) => void;

const HEADER = 12;
const RESPONSE = 0x8000;
const TYPE_A = 1;
const TYPE_AAAA = 28;
const CLASS_IN = 1;
const POINTER = 0xc0;
/** Limits of RFC 1035: a name is at most 255 bytes on the wire, so it has at most 127 labels. */
const MAX_NAME_BYTES = 255;
/** A name that jumps more often is not one a server makes. */
const MAX_POINTERS = 32;

/**
 * Reads the addresses in DNS responses (RFC 1035, 4.1): id 2, flags 2, counts of questions, answers, authorities and
 * additional records 2 each; questions: name, type 2, class 2; records: name, type 2, class 2, TTL 4, length 2, data.
 * A chain of CNAMEs needs no following: every address among the answers stands for the name that was asked.
 */
export class DnsReader {
  readonly #onAddress: DnsAddressHandler;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #start = 0;
  #end = 0;
  #nameAt = -1;
  #isGlue = false;

  constructor(onAddress: DnsAddressHandler) {
    this.#onAddress = onAddress;
  }

  /** Reads the message in `view[at, end)`. */
  read(view: DataView, at: number, end: number): DnsOutcome {
    if (at + HEADER > end || (view.getUint16(at + 2) & RESPONSE) === 0) return 'not-an-answer';
    const answers = view.getUint16(at + 6);
    const others = view.getUint16(at + 8) + view.getUint16(at + 10);
    if (answers + others === 0) return 'not-an-answer';
    this.#view = view;
    this.#start = at;
    this.#end = end;
    this.#isGlue = false;
    const records = this.#skipQuestions(view.getUint16(at + 4));
    if (records < 0) return 'malformed';
    const rest = this.#readRecords(records, answers);
    // Glue stands for the name it belongs to, not for the one that was asked.
    this.#isGlue = true;
    return rest >= 0 && this.#readRecords(rest, others) >= 0 ? 'answer' : 'malformed';
  }

  /**
   * The name of the address that is being handed over, lower-case and printable: other bytes, dots in labels and backslashes as `\DDD`
   * (RFC 4343, 2.1). '' when the message has none. Good while the message is being read.
   */
  name(): string {
    return this.#nameAt < 0 ? '' : this.#readName(this.#nameAt);
  }

  #skipQuestions(count: number): number {
    let at = this.#start + HEADER;
    this.#nameAt = count > 0 ? at : -1;
    for (let i = 0; i < count; i++) {
      at = this.#skipName(at);
      if (at < 0 || at + 4 > this.#end) return -1;
      at += 4;
    }
    return at;
  }

  /** Where what follows the records begins; -1 when one is malformed. */
  #readRecords(from: number, count: number): number {
    const view = this.#view;
    let at = from;
    for (let i = 0; i < count; i++) {
      if (this.#nameAt < 0 || this.#isGlue) this.#nameAt = at;
      at = this.#skipName(at);
      if (at < 0 || at + 10 > this.#end) return -1;
      const type = view.getUint16(at);
      const isInternet = view.getUint16(at + 2) === CLASS_IN;
      const length = view.getUint16(at + 8);
      at += 10;
      if (at + length > this.#end) return -1;
      if (isInternet && type === TYPE_A && length === 4) this.#onAddress(at, 4);
      else if (isInternet && type === TYPE_AAAA && length === 16) this.#onAddress(at, 16);
      at += length;
    }
    return at;
  }

  /**
   * Where what follows the name begins; -1 when the name is malformed. One that is too long is passed over all the same:
   * resolvers do, and what follows it is meant.
   */
  #skipName(from: number): number {
    let at = from;
    while (at < this.#end) {
      const length = this.#view.getUint8(at);
      if (length === 0) return at + 1;
      if (length >= POINTER) return at + 2 <= this.#end ? at + 2 : -1;
      if (length > 63) return -1;
      at += 1 + length;
    }
    return -1;
  }

  /** Pointers must lead backwards, so none can be met twice. */
  #readName(from: number): string {
    let at = from;
    let floor = from;
    let text = '';
    let bytes = 0;
    for (let pointers = 0; at < this.#end; ) {
      const length = this.#view.getUint8(at);
      if (length === 0) break;
      if (length >= POINTER) {
        if (at + 2 > this.#end || ++pointers > MAX_POINTERS) break;
        const target = this.#start + (this.#view.getUint16(at) & 0x3fff);
        if (target >= floor) break;
        at = target;
        floor = target;
        continue;
      }
      bytes += 1 + length;
      if (length > 63 || bytes > MAX_NAME_BYTES || at + 1 + length > this.#end) break;
      text += (text === '' ? '' : '.') + this.#readLabel(at + 1, length);
      at += 1 + length;
    }
    return text;
  }

  #readLabel(at: number, length: number): string {
    let text = '';
    for (let i = 0; i < length; i++) text += PRINTABLE[this.#view.getUint8(at + i)] as string;
    return text;
  }
}

const PRINTABLE: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte);
  if (byte <= 0x20 || byte >= 0x7f || char === '.' || char === '\\') {
    return `\\${String(byte).padStart(3, '0')}`;
  }
  return char.toLowerCase();
});
