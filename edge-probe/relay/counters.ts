import type { Answer, Goodbye } from './frames.ts';

/** Why a relay lets a connection go, or not in at all. */
export type RelayRefusal =
  | Goodbye
  | Exclude<Answer, 'accepted'>
  | 'unknown-probe'
  | 'wrong-key'
  | 'bad-handshake'
  | 'slow-handshake'
  | 'too-many-connections'
  | 'too-many-handshakes'
  | 'no-descriptors'
  | 'not-reading';

/** What a relay's doors have seen since its start. */
export class RelayCounters {
  /** Connections that were let in. */
  connections = 0;
  /** Connections and batches turned away, by reason. */
  readonly refused: Partial<Record<RelayRefusal, number>> = {};

  refuse(reason: RelayRefusal): void {
    this.refused[reason] = (this.refused[reason] ?? 0) + 1;
  }
}
