/**
 * A table of autonomous systems, made at build and read where it lies; 32-bit little-endian words:
 *
 *   magic · checksum of all words that follow · date (20260617) · number of v4, v6 and system entries · bytes of text
 *   v4: first address of each range, ascending · system of each range
 *   v6: first 32 bits of each range, ascending · next 32 bits · system of each range
 *   systems: number (ASN) of each · where its organisation begins in the text, and the text's end
 *   text: organisations as UTF-8, padded to a whole word
 *
 * A range ends where the next begins; system 0 is the unknown one. IPv6 is kept to 64 bits: of what is narrower,
 * some 50 of 100,000 ranges, nothing is known.
 */
export const ASN_LAYOUT = {
  /** 'SKA1' */
  magic: 0x31_41_4b_53,
  headerWords: 7,
} as const;

/** Words that the parts of a table take, in their order. */
export interface AsnSizes {
  readonly v4: number;
  readonly v6: number;
  readonly systems: number;
  readonly textBytes: number;
}

/** Words of a whole table. */
export function asnWords({ v4, v6, systems, textBytes }: AsnSizes): number {
  return (
    ASN_LAYOUT.headerWords + 2 * v4 + 3 * v6 + systems + systems + 1 + Math.ceil(textBytes / 4)
  );
}
