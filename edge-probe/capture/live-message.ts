/** Why a live capture could not begin. */
export type LiveFault =
  | 'no-pcap'
  | 'no-such-device'
  | 'no-permission'
  | 'device-down'
  | 'bad-filter'
  | 'other';

/** Exit code of a child to which libpcap brings nothing any more. */
export const DEAF = 4;

/** What a capture child says between its packets; it says something at least every half second. */
export type LiveMessage =
  | { readonly type: 'open'; readonly linkType: number }
  /** Sums since this child began: packets that passed the filter, those the kernel had no room for, those sampled out. */
  | {
      readonly type: 'stats';
      readonly received: number;
      readonly dropped: number;
      readonly skipped: number;
    }
  /** From here on one in `one` flows is kept. */
  | { readonly type: 'sampling'; readonly one: number }
  | { readonly type: 'fault'; readonly fault: LiveFault; readonly message: string };

/** What the parent tells a child at its start, as one line of JSON. */
export interface LiveOrder {
  readonly filter: string;
  /** Bytes kept of each packet. */
  readonly snapLength: number;
  /** Bytes of the kernel's ring. */
  readonly bufferBytes: number;
  /** One in so many flows is kept to begin with, a power of two. */
  readonly sampling: number;
  /** Largest part that may be left out: one in so many flows is always kept; 1 never samples. */
  readonly mostSampling: number;
  /** Decides which flows are kept. */
  readonly seed: number;
}

const TYPES: ReadonlySet<unknown> = new Set(['open', 'stats', 'sampling', 'fault']);

/** A message of the child; undefined for bytes that are none. */
export function parseLiveMessage(text: string): LiveMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const type = (value as { type?: unknown } | null)?.type;
  return TYPES.has(type) ? (value as LiveMessage) : undefined;
}
