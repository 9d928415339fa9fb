import type { SeverityLevel } from '../classify/severity-reasons.ts';
import type { Place, System } from '../event/table.ts';
import type { Cursor } from '../frame/messages.ts';
import type { Campaign } from './campaigns.ts';
import type { LearntName } from './names.ts';

/** Traffic within the window, each conversation as the probe saw it that saw most. */
export interface Traffic {
  readonly conversations: number;
  /** Of these, those that have not ended. */
  readonly open: number;
  readonly packets: number;
  /** IP bytes. */
  readonly bytes: number;
  /** First and last packet of these, ms since the epoch; 0 where there are none. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** The gravest there was. */
  readonly severity: SeverityLevel;
  /** Probe ids, in public site labels, sorted. */
  readonly seenBy: readonly string[];
}

/** A host, or in public a network or site: one end of traffic. */
export interface StateNode extends Traffic {
  /**
   * Its label; of a private address, or of hosts that are not told apart, with where it is, since they are others at each
   * site. Ids are distinct.
   */
  readonly id: string;
  readonly label: string;
  readonly home: boolean;
  readonly place: Place;
  readonly system: System;
  /** Bits of MARK. */
  readonly marks: number;
  /** Intelligence lists that hold it, '' for none. */
  readonly listed: string;
  /** What it is called, where that was read. */
  readonly name: LearntName | undefined;
  /** Nodes it has traffic with. */
  readonly peers: number;
}

/** Traffic of one service class that one node began with another. */
export interface StateLink extends Traffic {
  /** Ids of nodes. */
  readonly from: string;
  readonly to: string;
  /** Name of a service class. */
  readonly class: string;
}

/** A conversation that has not ended, seen by one probe or several. */
export interface OpenConversation {
  /** Ids of nodes. */
  readonly from: string;
  readonly to: string;
  /** 0 where it is not told. */
  readonly fromPort: number;
  readonly toPort: number;
  /** IANA number. */
  readonly protocol: number;
  /** Name in SERVICES. */
  readonly service: string;
  /** DIRECTION and PROVENANCE as the probe told that saw it first. */
  readonly direction: number;
  readonly provenance: number;
  /** Packets' times, ms since the epoch; the first may be older than the window. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly packetsOut: number;
  readonly packetsIn: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
  /** Flows that probes made of it. */
  readonly flows: number;
  readonly seenBy: readonly string[];
  readonly severity: SeverityLevel;
  /** Names of REASONS. */
  readonly reasons: readonly string[];
  /** Its owner on a probe's host, undefined where that is not told. */
  readonly process: ProcessOwner | undefined;
}

/** A process that owns a conversation. */
export interface ProcessOwner {
  /** Probe id. */
  readonly probe: string;
  readonly pid: number;
  readonly command: string;
}

/** The way to a target, as one probe traced it last. */
export interface StatePath {
  /** Probe id. */
  readonly from: string;
  /** Label of the target. */
  readonly to: string;
  /** When its last hop was told, ms since the epoch. */
  readonly at: number;
  /** By TTL. */
  readonly hops: readonly {
    readonly ttl: number;
    readonly label: string;
    readonly roundTripMs: number;
  }[];
}

/** A process that runs on a probe's host. */
export interface StateProcess {
  /** Probe id. */
  readonly probe: string;
  readonly pid: number;
  /** 0 where it is not known. */
  readonly parentPid: number;
  readonly command: string;
  readonly arguments: string;
  readonly user: number;
  /** When it was last forked or executed, ms since the epoch; 0 where only its flows tell of it. */
  readonly since: number;
  /** Open conversations it owns. */
  readonly conversations: number;
}

/** A learnt name and whose it is. */
export interface StateName extends LearntName {
  readonly label: string;
}

/** What is going on: a function of the segments of a window that ends at a cursor. */
export interface State {
  readonly cursor: Cursor;
  /** When the newest segment was appended, ms since the epoch; 0 before the first. */
  readonly now: number;
  readonly windowMs: number;
  /** The window is held wholly: it does not reach back before the reader's beginning, and its rows had room. */
  readonly whole: boolean;
  readonly segments: number;
  readonly rows: number;
  /** Of all conversations, those included that no list below has room for. */
  readonly traffic: Traffic;
  /** How many there are; `traffic.open` says it of connections. */
  readonly nodeCount: number;
  readonly linkCount: number;
  /** The latest, latest first. */
  readonly connections: readonly OpenConversation[];
  /** Those with most bytes, most first. */
  readonly nodes: readonly StateNode[];
  readonly links: readonly StateLink[];
  readonly names: readonly StateName[];
  readonly paths: readonly StatePath[];
  readonly processes: readonly StateProcess[];
  readonly campaigns: readonly Campaign[];
}
