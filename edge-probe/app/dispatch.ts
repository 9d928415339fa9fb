import type { Payload } from './payload.ts';
import { type Signature, serviceId } from './signature.ts';

/** A signature with its service's id. */
export interface Candidate {
  readonly id: number;
  readonly match: (payload: Payload) => number;
}

/** Candidates by what tells most of the others apart: the first byte, the third, or the responder's port. */
export interface Dispatch {
  readonly first: readonly (readonly Candidate[])[];
  readonly third: readonly (readonly Candidate[])[];
  /** In place of both, when the first eight bytes are 0. */
  readonly zeros: readonly Candidate[];
  /** Index into `atPort` by port. */
  readonly ports: Uint8Array;
  readonly atPort: readonly (readonly Candidate[])[];
}

/** The signatures over `transport`, each list in their order. */
export function dispatchBy(signatures: readonly Signature[], transport: 'tcp' | 'udp'): Dispatch {
  const first: Candidate[][] = Array.from({ length: 256 }, () => []);
  const third: Candidate[][] = Array.from({ length: 256 }, () => []);
  const zeros: [Candidate[], Candidate[]] = [[], []];
  const ports = new Uint8Array(65_536);
  const atPort: Candidate[][] = [[]];
  for (const signature of signatures) {
    if (signature.over !== transport && signature.over !== 'both') continue;
    const candidate = { id: serviceId(signature.service), match: signature.match };
    if (signature.ports !== undefined) {
      for (const port of signature.ports) {
        if (ports[port] === 0) ports[port] = atPort.push([]) - 1;
        atPort[ports[port] as number]?.push(candidate);
      }
    } else if (signature.third !== undefined) {
      if (signature.zeros) zeros[1].push(candidate);
      for (const byte of signature.third) third[byte]?.push(candidate);
    } else {
      if (signature.zeros) zeros[0].push(candidate);
      for (const byte of signature.first ?? first.keys()) first[byte]?.push(candidate);
    }
  }
  return { first, third, zeros: zeros.flat(), ports, atPort };
}
