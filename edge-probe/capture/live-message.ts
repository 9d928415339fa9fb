/** Why a live capture could not begin. */
export type LiveFault =
  | 'no-pcap'
  | 'no-such-device'
  | 'no-permission'
  | 'device-down'
  | 'bad-filter'
  | 'other';

/** What the capture child says on its side channel, one JSON line each. */
export type LiveMessage =
  | { readonly type: 'open'; readonly linkType: number }
  | { readonly type: 'stats'; readonly received: number; readonly dropped: number }
  | { readonly type: 'fault'; readonly fault: LiveFault; readonly message: string };

/** What the child is told, as JSON in its first argument. */
export interface LiveOrder {
  readonly device: string;
  readonly filter: string;
  /** Bytes kept of each packet. */
  readonly snapLength: number;
  /** Bytes of the kernel's ring. */
  readonly bufferBytes: number;
}

/** A message of the child; undefined for a line that is none. */
export function parseLiveMessage(line: string): LiveMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const type = (value as { type?: unknown } | null)?.type;
  return type === 'open' || type === 'stats' || type === 'fault'
    ? (value as LiveMessage)
    : undefined;
}
