/** Ids of BEHAVIOURS (core/classify/behaviours.ts). */
export const BEHAVIOUR = {
  scanVertical: 1,
  scanHorizontal: 2,
  sweep: 3,
  synFlood: 4,
  bruteForce: 5,
  reflection: 6,
  idsAlert: 7,
} as const;
export type BehaviourId = (typeof BEHAVIOUR)[keyof typeof BEHAVIOUR];

/** What one host was seen doing. The object and its addresses are used again: copy what you keep. */
export interface Finding {
  readonly behaviour: BehaviourId;
  /** 4 or 16 bytes. */
  readonly source: Uint8Array;
  /** One of the targets; the victim of a flood or a reflection. */
  readonly target: Uint8Array;
  /** The port that is aimed at; 0 for several or none. */
  readonly targetPort: number;
  readonly protocol: number;
  /** Id of SERVICES; 0 for none. */
  readonly service: number;
  /** 0…100. */
  readonly confidence: number;
  /** Distinct ports or hosts, or attempts: what BEHAVIOURS says it counts. Distinct ones are estimates. */
  readonly evidence: number;
  /** Packets' time, ms. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** When it is told, ms. */
  readonly nowMs: number;
  /** It is over. */
  readonly ended: boolean;
}
