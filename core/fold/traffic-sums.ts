import { levelOfBits } from '../classify/severity.ts';
import type { SeenConversation } from './conversations.ts';
import type { ObserverSets } from './observer-sets.ts';
import type { Traffic } from './state-types.ts';

/** Adds conversations up. */
export class TrafficSums {
  conversations = 0;
  open = 0;
  packets = 0;
  bytes = 0;
  firstAt = Number.POSITIVE_INFINITY;
  lastAt = 0;
  reasons = 0;
  seenBy = 0;

  add(seen: SeenConversation, sets: ObserverSets): void {
    this.conversations++;
    if (seen.open) this.open++;
    this.packets += seen.packetsOut + seen.packetsIn;
    this.bytes += seen.bytesOut + seen.bytesIn;
    this.firstAt = Math.min(this.firstAt, seen.firstAt);
    this.lastAt = Math.max(this.lastAt, seen.lastAt);
    this.reasons |= seen.reasons;
    this.seenBy = sets.join(this.seenBy, seen.seenBy);
  }

  traffic(sets: ObserverSets): Traffic {
    return {
      conversations: this.conversations,
      open: this.open,
      packets: this.packets,
      bytes: this.bytes,
      firstAt: this.conversations === 0 ? 0 : this.firstAt,
      lastAt: this.lastAt,
      severity: levelOfBits(this.reasons),
      seenBy: sets.names(this.seenBy),
    };
  }
}
