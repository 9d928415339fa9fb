/**
 * Takes one captured packet: `capturedLength` bytes from `offset` in `buf`, of the `wireLength` bytes it had.
 * `buf` is shared and used again: copy what you keep. `linkType` is a LINKTYPE_ number, `timeMs` ms since the epoch.
 */
// biome-ignore lint/complexity/useMaxParams: called for every packet, an object for each would be garbage
export type PacketHandler = (
  buf: Uint8Array,
  offset: number,
  capturedLength: number,
  wireLength: number,
  linkType: number,
  timeMs: number,
) => void;
