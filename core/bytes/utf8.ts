const REPLACEMENT = 0xfffd;
const MIN_BY_LENGTH = [0, 0, 0x80, 0x800, 0x10000];

/** UTF-8 bytes of `text`; a lone surrogate becomes U+FFFD, as TextEncoder has it. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  return bytes.slice(0, putUtf8(bytes, 0, text));
}

/** Writes the UTF-8 of `text` from `start` on, where three bytes for each of its units must be free; where it ends. */
export function putUtf8(bytes: Uint8Array, start: number, text: string): number {
  let at = start;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      bytes[at++] = unit;
      continue;
    }
    const point = pointAt(text, i);
    if (point > 0xffff) i++;
    at = writePoint(bytes, at, point);
  }
  return at;
}

/** How many bytes `text` takes in UTF-8. */
export function utf8Length(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) < 0x80) {
      length++;
      continue;
    }
    const point = pointAt(text, i);
    if (point > 0xffff) i++;
    length += sizeOf(point);
  }
  return length;
}

/** Text of well-formed UTF-8 in `bytes[start, end)`, undefined when it is not well-formed (RFC 3629). */
export function decodeUtf8(bytes: Uint8Array, start = 0, end = bytes.length): string | undefined {
  let text = '';
  let at = start;
  while (at < end) {
    const lead = bytes[at] as number;
    if (lead < 0x80) {
      text += String.fromCharCode(lead);
      at++;
      continue;
    }
    const size = sequenceLength(lead);
    const point = size === 0 || at + size > end ? -1 : readPoint(bytes, at, size);
    if (point < 0) return undefined;
    text += String.fromCodePoint(point);
    at += size;
  }
  return text;
}

function pointAt(text: string, index: number): number {
  const point = text.codePointAt(index) as number;
  return point >= 0xd800 && point <= 0xdfff ? REPLACEMENT : point;
}

function sizeOf(point: number): number {
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point < 0x10000 ? 3 : 4;
}

function writePoint(bytes: Uint8Array, start: number, point: number): number {
  const size = sizeOf(point);
  let rest = point;
  for (let i = size - 1; i > 0; i--) {
    bytes[start + i] = 0x80 | (rest & 0x3f);
    rest >>>= 6;
  }
  bytes[start] = ((0xf00 >> size) & 0xff) | rest;
  return start + size;
}

function sequenceLength(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

function readPoint(bytes: Uint8Array, start: number, size: number): number {
  let point = (bytes[start] as number) & (0x7f >> size);
  for (let i = 1; i < size; i++) {
    const byte = bytes[start + i] as number;
    if ((byte & 0xc0) !== 0x80) return -1;
    point = (point << 6) | (byte & 0x3f);
  }
  const surrogate = point >= 0xd800 && point <= 0xdfff;
  return point < (MIN_BY_LENGTH[size] as number) || point > 0x10ffff || surrogate ? -1 : point;
}
