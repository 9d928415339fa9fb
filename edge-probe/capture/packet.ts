/**
 * Takes one captured packet: `capturedLength` bytes from `offset` in `buf`, of the `wireLength` bytes it had.
 * `buf` is shared and used again: copy what you keep. `linkType` is a LINKTYPE_ number, `timeMs` ms since the epoch.
 */
export interface PacketHandler extends PacketFunction {
  /** Takes whole records of the usual kind of capture file faster than packet by packet. */
  readonly records?: RecordTaker;
}

/** Takes records of a pcap file: little-endian, µs, of Ethernet frames. */
export interface RecordTaker {
  /** Records that the last `take` took. */
  readonly taken: number;
  /** Takes the whole records in `bytes[from, end)`, which `view` shows too; where the first begins that is not whole or too long. */
  take(bytes: Uint8Array, view: DataView, from: number, end: number): number;
}

// biome-ignore lint/complexity/useMaxParams: called for every packet, an object for each would be garbage
type PacketFunction = (
  buf: Uint8Array,
  offset: number,
  capturedLength: number,
  wireLength: number,
  linkType: number,
  timeMs: number,
) => void;
