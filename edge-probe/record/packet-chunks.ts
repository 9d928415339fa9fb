import { PCAP_HEADER } from '../capture/live-pcap.ts';

/** Whole pcap records, ready to be written. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly packets: number;
}

const CHUNK_BYTES = 256 * 1024;

/** Gathers packets as pcap records (microseconds, little-endian) into pieces worth writing. */
export class PacketChunks {
  #bytes = new Uint8Array(CHUNK_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #filled = 0;
  #packets = 0;

  /** What `take` would give. */
  get packets(): number {
    return this.#packets;
  }

  /** Whether a packet of this length would have to wait for a `take`. */
  hasRoom(length: number): boolean {
    return this.#filled === 0 || this.#filled + PCAP_HEADER.record + length <= CHUNK_BYTES;
  }

  /** Copies a packet of which `length` bytes were captured and `wireLength` sent. */
  add(
    packet: Uint8Array,
    lengths: { readonly captured: number; readonly wire: number },
    timeMs: number,
  ): void {
    const { captured, wire } = lengths;
    if (PCAP_HEADER.record + captured > this.#bytes.length) {
      this.#bytes = new Uint8Array(PCAP_HEADER.record + captured);
      this.#view = new DataView(this.#bytes.buffer);
    }
    const at = this.#filled;
    const micros = Math.round(timeMs * 1000);
    this.#view.setUint32(at, Math.floor(micros / 1e6), true);
    this.#view.setUint32(at + 4, micros % 1e6, true);
    this.#view.setUint32(at + 8, captured, true);
    this.#view.setUint32(at + 12, wire, true);
    this.#bytes.set(packet, at + PCAP_HEADER.record);
    this.#filled = at + PCAP_HEADER.record + captured;
    this.#packets++;
  }

  /** Everything gathered so far, in no more than twice the memory that it fills: much of it may wait for a disk. */
  take(): Chunk {
    const isSmall = this.#filled <= CHUNK_BYTES / 2;
    const bytes = isSmall
      ? this.#bytes.slice(0, this.#filled)
      : this.#bytes.subarray(0, this.#filled);
    const chunk = { bytes, packets: this.#packets };
    if (!isSmall) {
      this.#bytes = new Uint8Array(CHUNK_BYTES);
      this.#view = new DataView(this.#bytes.buffer);
    }
    this.#filled = 0;
    this.#packets = 0;
    return chunk;
  }
}
