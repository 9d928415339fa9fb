import type { Payload } from './payload.ts';
import { type Signature, serviceId } from './signature.ts';

/** A signature with its service's id. */
export interface Candidate {
  readonly id: number;
  readonly match: (payload: Payload) => number;
}

/** Candidates by the first byte of a payload. */
export type Dispatch = readonly (readonly Candidate[])[];

/** The signatures over `transport` by the first byte they can begin with, in their order. */
export function dispatchBy(signatures: readonly Signature[], transport: 'tcp' | 'udp'): Dispatch {
  const lists: Candidate[][] = Array.from({ length: 256 }, () => []);
  for (const { service, over, first, match } of signatures) {
    if (over !== transport && over !== 'both') continue;
    const candidate = { id: serviceId(service), match };
    for (const byte of first ?? lists.keys()) lists[byte]?.push(candidate);
  }
  return lists;
}
