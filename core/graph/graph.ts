import type { ServiceClassName } from '../classify/classes.ts';
import type { Traffic } from '../fold/state-types.ts';
import type { Cursor } from '../frame/messages.ts';

/**
 * What a node stands for: an address or pseudonym, a network, a sensor's home in public, a place whose hosts are not
 * told, a process of a probe's host, or all that there was no room for.
 */
export type NodeKind = 'host' | 'network' | 'site' | 'place' | 'process' | 'others';

/** A node of a graph. */
export interface GraphNode extends Traffic {
  /** Distinct. */
  readonly id: string;
  readonly kind: NodeKind;
  readonly label: string;
  /** What it is called; '' where no name was learnt. */
  readonly name: string;
  readonly home: boolean;
  /** Whether `lat` and `lon` are known; 0 where not. */
  readonly placed: boolean;
  readonly lat: number;
  readonly lon: number;
  readonly country: string;
  readonly city: string;
  /** 0 where it is not known. */
  readonly asn: number;
  readonly organisation: string;
  /** Intelligence lists that hold it. */
  readonly listed: string;
  readonly peers: number;
  /** Of `others`: nodes it stands for; 1 for all others. */
  readonly nodes: number;
}

/** Traffic that one node began with another; `process` edges lead from a parent to its child and from an owner to a peer. */
export interface GraphEdge extends Traffic {
  /** Distinct. */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly class: ServiceClassName | 'process';
}

/** A graph whose edges add up to `traffic`: those of class `process` aside, which show again what other edges count. */
export interface Graph {
  readonly cursor: Cursor;
  /** When the newest segment was appended, ms since the epoch; 0 for none. */
  readonly now: number;
  readonly windowMs: number;
  /** All of the window is in it. */
  readonly whole: boolean;
  readonly traffic: Traffic;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** Traffic of nothing. */
export const NO_TRAFFIC: Traffic = {
  conversations: 0,
  open: 0,
  packets: 0,
  bytes: 0,
  firstAt: 0,
  lastAt: 0,
  severity: 0,
  seenBy: [],
};

/** The sum of two parts of traffic. */
export function addTraffic(one: Traffic, other: Traffic): Traffic {
  if (one.conversations === 0) return other;
  if (other.conversations === 0) return one;
  return {
    conversations: one.conversations + other.conversations,
    open: one.open + other.open,
    packets: one.packets + other.packets,
    bytes: one.bytes + other.bytes,
    firstAt: Math.min(one.firstAt, other.firstAt),
    lastAt: Math.max(one.lastAt, other.lastAt),
    severity: Math.max(one.severity, other.severity) as Traffic['severity'],
    seenBy: [...new Set([...one.seenBy, ...other.seenBy])].sort(),
  };
}

/** What of `whole` is not in `part`; times, severity and observers are those of the whole. */
export function restOf(whole: Traffic, part: Traffic): Traffic {
  return {
    ...whole,
    conversations: whole.conversations - part.conversations,
    open: whole.open - part.open,
    packets: whole.packets - part.packets,
    bytes: whole.bytes - part.bytes,
  };
}
