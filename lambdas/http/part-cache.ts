import type { SegmentPart } from '../../core/frame/messages.ts';

/** What an entry takes beside its body, bytes. */
const ENTRY_BYTES = 300;

/** Parts that were merged for one answer and serve the next; those that were not asked for longest give way. */
export class PartCache {
  readonly #most: number;
  readonly #parts = new Map<string, SegmentPart>();
  #bytes = 0;

  /** Holds at the most so many bytes. */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): SegmentPart | undefined {
    const part = this.#parts.get(key);
    if (part === undefined) return undefined;
    this.#parts.delete(key);
    this.#parts.set(key, part);
    return part;
  }

  set(key: string, part: SegmentPart): void {
    this.#forget(key);
    this.#parts.set(key, part);
    this.#bytes += part.body.length + ENTRY_BYTES;
    for (const oldest of this.#parts.keys()) {
      if (this.#bytes <= this.#most) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    const part = this.#parts.get(key);
    if (part === undefined) return;
    this.#parts.delete(key);
    this.#bytes -= part.body.length + ENTRY_BYTES;
  }
}
