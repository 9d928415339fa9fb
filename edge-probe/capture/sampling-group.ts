import { flowHash, isSampled } from './flow-sample.ts';
import type { PacketHandler } from './packet.ts';

/** One source's part in a group. */
export interface SamplingMember {
  /** Hands on what is in the group's sample. */
  readonly onPacket: PacketHandler;
  /** From here on the source itself keeps one in so many flows. */
  set(one: number): void;
}

/**
 * Keeps the samples of several sources equal, so that one number tells how all packets were sampled: what a source with
 * less load brings besides the group's sample is left out here.
 */
export class SamplingGroup {
  /** Decides which flows are kept; the same for all sources. */
  readonly seed: number;
  /** One in so many flows is kept. */
  one = 1;
  /** Packets left out here. */
  skipped = 0;
  readonly #onPacket: PacketHandler;
  readonly #onChange: (one: number) => void;
  readonly #members: number[] = [];

  constructor(seed: number, onPacket: PacketHandler, onChange: (one: number) => void) {
    this.seed = seed;
    this.#onPacket = onPacket;
    this.#onChange = onChange;
  }

  join(): SamplingMember {
    const number = this.#members.push(1) - 1;
    let bytes: Uint8Array | undefined;
    let view: DataView = new DataView(new ArrayBuffer(0));
    return {
      set: (one) => this.#set(number, one),
      // biome-ignore lint/complexity/useMaxParams: called for every packet, an object for each would be garbage
      onPacket: (buf, offset, captured, wire, linkType, timeMs) => {
        if (this.one > (this.#members[number] as number)) {
          if (buf !== bytes) {
            bytes = buf;
            view = new DataView(buf.buffer, buf.byteOffset, buf.byteLength);
          }
          const hash = flowHash(view, offset, offset + captured, linkType, this.seed);
          if (!isSampled(hash, this.one)) {
            this.skipped++;
            return;
          }
        }
        this.#onPacket(buf, offset, captured, wire, linkType, timeMs);
      },
    };
  }

  #set(number: number, one: number): void {
    this.#members[number] = one;
    const most = Math.max(...this.#members);
    if (most === this.one) return;
    this.one = most;
    this.#onChange(most);
  }
}
