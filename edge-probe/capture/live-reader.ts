import { type LiveMessage, parseLiveMessage } from './live-message.ts';
import { paddedLength, WIRE } from './live-wire.ts';
import type { PacketHandler } from './packet.ts';

/** Room for what one read brings; a local socket holds about as much. */
const READ_BYTES = 256 * 1024;

/** Why a child's stream cannot be read any further. */
export type LiveStreamError = 'bad-length' | 'bad-message' | 'bad-link-type';

/** Reads what a capture child sends into one buffer, which is used again and again, and hands packets over from there. */
export class LiveReader {
  packets = 0;
  /** What stopped the reading; nothing more is taken then. */
  error: LiveStreamError | undefined;
  readonly #bytes = new Uint8Array(READ_BYTES + WIRE.header + WIRE.maxBody);
  readonly #words = new Uint32Array(this.#bytes.buffer);
  readonly #onPacket: PacketHandler;
  readonly #onMessage: (message: LiveMessage) => void;
  #linkType = -1;
  #filled = 0;

  constructor(onPacket: PacketHandler, onMessage: (message: LiveMessage) => void) {
    this.#onPacket = onPacket;
    this.#onMessage = onMessage;
  }

  /** Bytes of an unfinished record. */
  get unfinished(): number {
    return this.#filled;
  }

  /** Where the next bytes go. */
  space(): Uint8Array {
    return this.#bytes.subarray(this.#filled);
  }

  /** Takes the bytes that were put into `space()`. */
  take(length: number): void {
    if (this.error !== undefined) {
      this.#filled = 0;
      return;
    }
    const end = this.#filled + length;
    const at = this.#parse(end);
    if (at > 0) this.#bytes.copyWithin(0, at, end);
    this.#filled = end - at;
  }

  #parse(end: number): number {
    const words = this.#words;
    const onPacket = this.#onPacket;
    let at = 0;
    while (at + WIRE.header <= end) {
      const word = at >>> 2;
      const captured = words[word + 2] as number;
      if (captured > WIRE.maxBody) {
        this.error = 'bad-length';
        return end;
      }
      const next = at + WIRE.header + paddedLength(captured);
      if (next > end) return at;
      const micros = words[word + 1] as number;
      if (micros === WIRE.message) this.#hear(at + WIRE.header, captured);
      else if (this.#linkType < 0) this.error = 'bad-link-type';
      else {
        this.packets++;
        const ms = (words[word] as number) * 1000 + micros / 1000;
        const wire = words[word + 3] as number;
        onPacket(this.#bytes, at + WIRE.header, captured, wire, this.#linkType, ms);
      }
      if (this.error !== undefined) return end;
      at = next;
    }
    return at;
  }

  #hear(at: number, length: number): void {
    const text = Buffer.from(this.#bytes.buffer, at, length).toString();
    const message = parseLiveMessage(text);
    if (!message) {
      this.error = 'bad-message';
      return;
    }
    if (message.type === 'open') this.#linkType = message.linkType;
    this.#onMessage(message);
  }
}
