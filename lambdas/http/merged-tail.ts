import type { Audience } from '../../core/event/table.ts';
import type { CompiledFilter } from '../../core/filter/compile.ts';
import { beginOf } from '../../core/frame/cursor.ts';
import type { SegmentPart } from '../../core/frame/messages.ts';
import type { SegmentReader } from '../aws/segment-reader.ts';
import { filteredPart } from './filtered-part.ts';
import { mergedPart } from './merged-part.ts';
import type { PartCache } from './part-cache.ts';

/** Segments that were appended in the same span of the clock become one part; what is older than a minute, of longer ones. */
const SHORT_MS = 15_000;
const LONG_MS = 60_000;
/** Rows of a short part, of those of a minute. */
const SHORT_SHARE = 0.5;
/** Segments, and bytes of their bodies, that are read at once: about a short part’s, as the cache has most of the others. */
const PAGE = { limit: 16, bytes: 2 * 1024 * 1024 } as const;

/** Which end of a log is wanted. */
export interface TailQuery {
  readonly shard: string;
  readonly audience: Audience;
  readonly filter?: CompiledFilter | undefined;
  /** Segments appended from here on, ms; a few seconds more may be given. */
  readonly since: number;
  /** When it is asked, ms. */
  readonly at: number;
  /** Rows that are kept of a minute, about. */
  readonly rows: number;
}

/** What the tail is read with. */
export interface TailPorts {
  readonly segments: SegmentReader;
  readonly cache: PartCache;
  /** Whether there is time for more. */
  readonly hasTime: () => boolean;
}

/**
 * Parts back from a log's end, newest first and without holes, each of the segments of some seconds. What is finished is
 * kept in the cache, so that the next who asks has little to read; without time for more, the oldest are left out.
 */
export async function mergedTail(query: TailQuery, ports: TailPorts): Promise<SegmentPart[]> {
  const tail = new Tail(query, ports.cache);
  const { shard, audience } = query;
  let below = Number.MAX_SAFE_INTEGER;
  while (below > 1 && ports.hasTime()) {
    const parts = await ports.segments.before({ shard, audience, ...PAGE }, below);
    below = tail.take(parts);
  }
  return tail.finish();
}

/** Puts segments, newest first, together to parts. */
class Tail {
  readonly #query: TailQuery;
  readonly #cache: PartCache;
  readonly #since: number;
  /** Newest first. */
  readonly #done: SegmentPart[] = [];
  /** Segments of the span that is being read, newest first. */
  #open: SegmentPart[] = [];

  constructor(query: TailQuery, cache: PartCache) {
    this.#query = query;
    this.#cache = cache;
    this.#since = query.since - (query.since % SHORT_MS);
  }

  /** Takes segments; returns below which number the next are wanted, 0 for none. */
  take(parts: readonly SegmentPart[]): number {
    let below = 0;
    for (const part of parts) {
      if (part.createdAt < this.#since) {
        this.#close(true);
        return 0;
      }
      const newest = this.#open[0];
      if (newest !== undefined && spanOf(newest, SHORT_MS) === spanOf(part, SHORT_MS)) {
        this.#open.push(part);
      } else {
        this.#close(true);
        const end = this.#takeKnown(part.number);
        if (end < part.number) return this.#isPast() ? 0 : end + 1;
        this.#open = [part];
      }
      below = part.number;
    }
    return below;
  }

  /** The parts, newest first. */
  finish(): SegmentPart[] {
    this.#close(false);
    return this.#inMinutes();
  }

  #close(begun: boolean): void {
    const parts = this.#open.toReversed();
    this.#open = [];
    if (parts.length === 0) return;
    const { audience, filter, rows } = this.#query;
    const merged = mergedPart(parts, { audience, filter, rows: Math.ceil(rows * SHORT_SHARE) });
    if (merged === undefined) {
      this.#done.push(...parts.toReversed().map((part) => filteredPart(part, audience, filter)));
      return;
    }
    // With a younger span after it, nothing more comes into this one.
    const ended = this.#done.length > 0;
    if (begun && ended) this.#cache.set(this.#key(merged.number, SHORT_MS), merged);
    this.#done.push(merged);
  }

  /** Takes what was made before of spans from the one on that ends with a segment; returns where they begin. */
  #takeKnown(number: number): number {
    let end = number;
    while (!this.#isPast()) {
      const known = this.#cache.get(this.#key(end, SHORT_MS));
      if (known === undefined) break;
      this.#done.push(known);
      end = beginOf(known);
    }
    return end;
  }

  /** Whether the oldest part is older than what is wanted, or nothing is before it. */
  #isPast(): boolean {
    const oldest = this.#done.at(-1);
    if (oldest === undefined) return false;
    return oldest.createdAt < this.#since + SHORT_MS || beginOf(oldest) === 0;
  }

  #key(number: number, spanMs: number): string {
    const { audience, shard, filter, rows } = this.#query;
    return `${audience} ${shard} ${number} ${spanMs} ${rows} ${filter?.text ?? ''}`;
  }

  /** Spans older than a minute put together to minutes. */
  #inMinutes(): SegmentPart[] {
    const short = Math.floor(this.#query.at / LONG_MS) - 1;
    const minutes = new Map<string, SegmentPart[]>();
    for (const part of this.#done) {
      const minute = spanOf(part, LONG_MS);
      const key = minute < short ? `${minute}` : `alone ${part.number}`;
      minutes.set(key, [...(minutes.get(key) ?? []), part]);
    }
    return [...minutes.values()].flatMap((parts) => this.#minute(parts));
  }

  #minute(parts: readonly SegmentPart[]): readonly SegmentPart[] {
    const [newest] = parts;
    if (newest === undefined || parts.length === 1) return parts;
    const key = this.#key(newest.number, LONG_MS);
    const known = this.#cache.get(key);
    if (known !== undefined && beginOf(known) === beginOf(parts.at(-1) as SegmentPart)) {
      return [known];
    }
    const { audience, rows } = this.#query;
    const merged = mergedPart(parts.toReversed(), { audience, rows });
    if (merged === undefined) return parts;
    this.#cache.set(key, merged);
    return [merged];
  }
}

function spanOf({ createdAt }: SegmentPart, ms: number): number {
  return Math.floor(createdAt / ms);
}
