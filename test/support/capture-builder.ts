/** A packet of a capture to build. */
export interface BuiltPacket {
  readonly bytes: Uint8Array;
  readonly seconds: number;
  /** µs or ns, as the capture counts. */
  readonly fraction: number;
  /** Length on the wire; the bytes' own by default. */
  readonly wireLength?: number;
}

export interface PcapOptions {
  readonly little?: boolean;
  readonly magic?: number;
  readonly version?: readonly [number, number];
  readonly linkType?: number;
}

/** Writes fixed-width numbers in one byte order. */
class Bytes {
  readonly #parts: number[] = [];
  readonly #little: boolean;

  constructor(little: boolean) {
    this.#little = little;
  }

  u16(value: number): this {
    const bytes = [value & 0xff, (value >> 8) & 0xff];
    this.#parts.push(...(this.#little ? bytes : bytes.reverse()));
    return this;
  }

  u32(value: number): this {
    const low = value & 0xffff;
    const high = value >>> 16;
    return this.#little ? this.u16(low).u16(high) : this.u16(high).u16(low);
  }

  raw(bytes: Iterable<number>): this {
    this.#parts.push(...bytes);
    return this;
  }

  done(): Uint8Array {
    return Uint8Array.from(this.#parts);
  }
}

/** A pcap file. */
export function pcap(packets: readonly BuiltPacket[], options: PcapOptions = {}): Uint8Array {
  const { little = true, magic = 0xa1b2c3d4, version = [2, 4], linkType = 1 } = options;
  const out = new Bytes(little).u32(magic).u16(version[0]).u16(version[1]);
  out.u32(0).u32(0).u32(65_535).u32(linkType);
  for (const { bytes, seconds, fraction, wireLength = bytes.length } of packets) {
    out.u32(seconds).u32(fraction).u32(bytes.length).u32(wireLength);
    if (magic === 0xa1b2cd34) out.u32(1).u16(0).raw([0, 0]);
    out.raw(bytes);
  }
  return out.done();
}

/** A pcapng block around a body whose length is a multiple of four. */
export function block(type: number, body: Uint8Array, little = true): Uint8Array {
  const length = body.length + 12;
  return new Bytes(little).u32(type).u32(length).raw(body).u32(length).done();
}

/** A Section Header Block. */
export function sectionBlock(little = true, version = 1): Uint8Array {
  const body = new Bytes(little)
    .u32(0x1a2b3c4d)
    .u16(version)
    .u16(0)
    .u32(0xffffffff)
    .u32(0xffffffff);
  return block(0x0a0d0d0a, body.done(), little);
}

export interface InterfaceOptions {
  readonly linkType?: number;
  readonly snapLength?: number;
  /** if_tsresol */
  readonly resolution?: number;
  /** if_tsoffset, seconds */
  readonly offset?: number;
}

/** An Interface Description Block. */
export function interfaceBlock(options: InterfaceOptions = {}, little = true): Uint8Array {
  const body = new Bytes(little)
    .u16(options.linkType ?? 1)
    .u16(0)
    .u32(options.snapLength ?? 0);
  if (options.resolution !== undefined) body.u16(9).u16(1).raw([options.resolution, 0, 0, 0]);
  if (options.offset !== undefined) {
    const low = options.offset >>> 0;
    const high = options.offset < 0 ? 0xffffffff : 0;
    body.u16(14).u16(8);
    if (little) body.u32(low).u32(high);
    else body.u32(high).u32(low);
  }
  return block(1, body.u32(0).done(), little);
}

/** An Enhanced Packet Block; `units` is its time stamp. */
export function enhancedBlock(
  iface: number,
  units: number,
  bytes: Uint8Array,
  little = true,
): Uint8Array {
  const body = new Bytes(little)
    .u32(iface)
    .u32(Math.floor(units / 2 ** 32))
    .u32(units % 2 ** 32);
  return block(6, body.u32(bytes.length).u32(bytes.length).raw(padded(bytes)).done(), little);
}

/** A Simple Packet Block. */
export function simpleBlock(
  bytes: Uint8Array,
  wireLength = bytes.length,
  little = true,
): Uint8Array {
  return block(3, new Bytes(little).u32(wireLength).raw(padded(bytes)).done(), little);
}

/** An obsolete Packet Block. */
export function oldPacketBlock(iface: number, units: number, bytes: Uint8Array): Uint8Array {
  const body = new Bytes(true)
    .u16(iface)
    .u16(0)
    .u32(Math.floor(units / 2 ** 32))
    .u32(units % 2 ** 32);
  return block(2, body.u32(bytes.length).u32(bytes.length).raw(padded(bytes)).done());
}

function padded(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  out.set(bytes);
  return out;
}
