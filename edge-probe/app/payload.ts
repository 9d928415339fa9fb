/**
 * The first payload bytes of one direction of a flow, and what a signature reads out of them. One is used again for every
 * packet. Offsets count from the payload's begin; every read is bounded by its end, and gives -1 behind it.
 */
export class Payload {
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  at = 0;
  end = 0;
  /** IP protocol number. */
  protocol = 0;
  fromInitiator = true;
  /** The responder's. */
  port = 0;
  /** The flow's number while a message that is cut may be put together, 0 otherwise. */
  flow = 0;
  /** Set by a signature that stands for more than one service. */
  service = 0;
  name = '';
  nameService = 0;
  fingerprint = '';
  /** Something that should have been a host name was not. */
  hasBadName = false;

  get length(): number {
    return this.end - this.at;
  }

  /** This side of the flow, 0 while nothing may be put together. */
  get side(): number {
    return this.flow === 0 ? 0 : 2 * this.flow + (this.fromInitiator ? 1 : 0);
  }

  u8(offset: number): number {
    const at = this.at + offset;
    return at < this.end ? (this.bytes[at] as number) : -1;
  }

  u16(offset: number): number {
    const at = this.at + offset;
    return at + 2 <= this.end ? this.view.getUint16(at) : -1;
  }

  u24(offset: number): number {
    const high = this.u8(offset);
    const low = this.u16(offset + 1);
    return low < 0 ? -1 : (high << 16) | low;
  }

  u32(offset: number): number {
    const at = this.at + offset;
    return at + 4 <= this.end ? this.view.getUint32(at) : -1;
  }

  /** Little-endian. */
  u16le(offset: number): number {
    const at = this.at + offset;
    return at + 2 <= this.end ? this.view.getUint16(at, true) : -1;
  }

  /** Little-endian. */
  u32le(offset: number): number {
    const at = this.at + offset;
    return at + 4 <= this.end ? this.view.getUint32(at, true) : -1;
  }

  /** Whether these very bytes are at `offset`. */
  has(offset: number, pattern: Uint8Array): boolean {
    const at = this.at + offset;
    if (at + pattern.length > this.end) return false;
    for (let i = 0; i < pattern.length; i++) {
      if (this.bytes[at + i] !== pattern[i]) return false;
    }
    return true;
  }

  /** Whether this upper-case ASCII is at `offset`, in whatever case. */
  says(offset: number, pattern: Uint8Array): boolean {
    const at = this.at + offset;
    if (at + pattern.length > this.end) return false;
    for (let i = 0; i < pattern.length; i++) {
      if (upper(this.bytes[at + i] as number) !== pattern[i]) return false;
    }
    return true;
  }

  /** One of upper-case ASCII words at `offset`, in whatever case: its length, or 0. */
  saysOne(offset: number, patterns: readonly Uint8Array[]): number {
    const first = upper(this.u8(offset));
    for (let i = 0; i < patterns.length; i++) {
      const pattern = patterns[i] as Uint8Array;
      if (pattern[0] === first && this.says(offset, pattern)) return pattern.length;
    }
    return 0;
  }

  /** Where a byte first is between two offsets, or -1. */
  find(byte: number, from: number, to: number): number {
    const end = Math.min(this.end, this.at + to);
    for (let at = this.at + from; at < end; at++) {
      if (this.bytes[at] === byte) return at - this.at;
    }
    return -1;
  }

  /** Where upper-case ASCII first is between two offsets, in whatever case, or -1. */
  findText(pattern: Uint8Array, from: number, to: number): number {
    const last = Math.min(this.length, to) - pattern.length;
    const first = pattern[0] as number;
    for (let offset = from; offset <= last; offset++) {
      if (upper(this.bytes[this.at + offset] as number) !== first) continue;
      if (this.says(offset, pattern)) return offset;
    }
    return -1;
  }

  /** Whether all bytes between two offsets, which must be there, are printable ASCII or white space. */
  isText(from: number, to: number): boolean {
    if (this.at + to > this.end) return false;
    for (let at = this.at + from; at < this.at + to; at++) {
      const byte = this.bytes[at] as number;
      if (byte >= 0x7f || (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13)) return false;
    }
    return true;
  }
}

/** Bytes of ASCII text. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** Bytes of several ASCII texts, which blanks part; `_` stands for a blank in one, `+` for `_`. */
export function words(list: string): Uint8Array[] {
  return list
    .trim()
    .split(/\s+/)
    .map((word) => ascii(word.replaceAll('_', ' ').replaceAll('+', '_')));
}

function upper(byte: number): number {
  return byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte;
}
