import { networkAt } from './flow-sample.ts';
import type { PacketHandler } from './packet.ts';

/** Addresses remembered; the oldest is forgotten for another. */
const MAX_ADDRESSES = 256;
const TCP = 6;
const UDP = 17;

/** Leaves out packets between this host and addresses and ports that it has connections to itself. */
export class UplinkGuard {
  /** Packets left out. */
  excluded = 0;
  readonly #known = new Set<string>();
  readonly #ports = new Set<number>();
  #view: DataView = new DataView(new ArrayBuffer(0));
  #bytes: Uint8Array | undefined;

  /** The address is told as 4 or 16 bytes; true when it was not known before. */
  add(address: Uint8Array, port: number): boolean {
    const key = keyOf(address, 0, address.length, port);
    if (this.#known.has(key)) return false;
    const [oldest] = this.#known;
    if (this.#known.size >= MAX_ADDRESSES && oldest !== undefined) this.#known.delete(oldest);
    this.#known.add(key);
    this.#ports.add(port);
    return true;
  }

  /** Hands on what is not the uplink's. */
  wrap(onPacket: PacketHandler): PacketHandler {
    // biome-ignore lint/complexity/useMaxParams: called for every packet, an object for each would be garbage
    return (buf, offset, captured, wire, linkType, timeMs) => {
      if (this.#ports.size > 0 && this.#isOwn(buf, offset, offset + captured, linkType)) {
        this.excluded++;
        return;
      }
      onPacket(buf, offset, captured, wire, linkType, timeMs);
    };
  }

  #isOwn(buf: Uint8Array, at: number, end: number, linkType: number): boolean {
    if (buf !== this.#bytes) {
      this.#bytes = buf;
      this.#view = new DataView(buf.buffer, buf.byteOffset, buf.byteLength);
    }
    const view = this.#view;
    const network = networkAt(view, at, end, linkType);
    if (network < 0 || network + 24 > end) return false;
    const first = view.getUint8(network);
    const is4 = first >> 4 === 4;
    const transport = network + (is4 ? (first & 15) << 2 : 40);
    const protocol = view.getUint8(network + (is4 ? 9 : 6));
    if ((protocol !== TCP && protocol !== UDP) || transport + 4 > end) return false;
    const size = is4 ? 4 : 16;
    const source = network + (is4 ? 12 : 8);
    return (
      this.#isKnown(buf, source, size, view.getUint16(transport)) ||
      this.#isKnown(buf, source + size, size, view.getUint16(transport + 2))
    );
  }

  #isKnown(buf: Uint8Array, at: number, size: number, port: number): boolean {
    return this.#ports.has(port) && this.#known.has(keyOf(buf, at, size, port));
  }
}

function keyOf(bytes: Uint8Array, at: number, size: number, port: number): string {
  let key = '';
  for (let index = at; index < at + size; index++) key += `${bytes[index]}.`;
  return `${key}:${port}`;
}
