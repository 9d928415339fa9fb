import type { Audience } from '../event/table.ts';

/** How far a reader is: shard → number of the last segment folded; a shard not named stands at 0. */
export type Cursor = Readonly<Record<string, number>>;

/**
 * Segments (from, number] of a log as they travel, most often one: deflate-raw of core/segment's bytes, base64 (WebSocket
 * frames are text).
 */
export interface SegmentPart {
  readonly shard: string;
  /** The last segment that is in it. */
  readonly number: number;
  /** The last segment before it; absent where it is one segment alone: number - 1. */
  readonly from?: number;
  /** When wrangle appended the last one, ms since the epoch. */
  readonly createdAt: number;
  readonly body: string;
}

/** Server → viewer. `shards[s] = [from, to]` covers (from, to]; without parts the viewer fetches them over HTTP. */
export interface FrameMessage {
  readonly type: 'frame';
  readonly shards: Readonly<Record<string, readonly [from: number, to: number]>>;
  readonly parts: readonly SegmentPart[];
  /** When it was sent, ms since the epoch. */
  readonly at: number;
  /** Canonical text of the filter its parts were made with; absent where they hold every row of the audience. */
  readonly filter?: string;
  /** Rows were folded into others (core/frame/digest.ts), so that no other filter can be run over them. */
  readonly digest?: true;
  /** Time until the next frame, ms: more than the view said while the operator's budget asks for it. */
  readonly tickMs?: number;
}

/** Server → viewer: the answer to `view`. */
export interface ViewMessage {
  readonly type: 'view';
  readonly audience: Audience;
  readonly tickMs: number;
  /** The audience sees everything so much later, ms, and is sent no frames: it fetches what is due. Absent without a delay. */
  readonly delayMs?: number;
  /** Canonical text of the filter that was asked for; absent where there is none. */
  readonly filter?: string;
}

/** Server → viewer: what was wrong with a message, and what to do. */
export interface ErrorMessage {
  readonly type: 'error';
  readonly code:
    | 'bad-json'
    | 'bad-message'
    | 'too-large'
    | 'unknown-action'
    | 'forbidden'
    | 'bad-filter';
  readonly message: string;
  /** Of a `bad-filter`: the character, counted from 1, where it goes wrong. */
  readonly column?: number;
}
export type ServerMessage = FrameMessage | ViewMessage | ErrorMessage;

/** Viewer → server. `action` selects the route. No frames come before the first `view`. */
export interface ViewRequest {
  readonly action: 'view';
  readonly audience: Audience;
  /** Needed for the operator audience. */
  readonly token?: string;
  /** Only rows that this filter lets through; docs/filter.md has the language. */
  readonly filter?: string;
}

/** GET /v1/segments?audience=&shard=&after=&limit=&merged=&filter= : parts after a number, oldest first. */
export interface SegmentsAnswer {
  readonly shard: string;
  readonly parts: readonly SegmentPart[];
  /** Number of the newest segment in the log. */
  readonly head: number;
  /** Lowest number the store still has; below it segments have expired. */
  readonly oldest: number;
  /** Canonical text of the filter its parts were made with; absent where they hold every row of the audience. */
  readonly filter?: string;
}

/** GET /v1/snapshot?audience=&minutes=&filter= : the newest parts of every log, oldest first in each, and where they end. */
export interface SnapshotAnswer {
  readonly cursor: Cursor;
  readonly parts: readonly SegmentPart[];
  /** Segments inside the window that are not in the answer. */
  readonly omitted: number;
  /** Canonical text of the filter its parts were made with; absent where they hold every row of the audience. */
  readonly filter?: string;
  readonly at: number;
}
