import { SERVICES } from '../../core/classify/services.ts';
import type { Payload } from './payload.ts';

/** Not this application. */
export const NO = 0;
/** It may be this application, and the next payload bytes will tell. */
export const MORE = -1;
/** Certainly this application, and the next payload bytes will tell more of it. */
export const PART = -2;
/** Nothing else begins so. */
export const CERTAIN = 98;
/** Several fields agree. */
export const STRONG = 90;
export const LIKELY = 75;
/** Too little by itself: counts only at a port of the service. */
export const WEAK = 45;

/** How an application tells itself by its first bytes. */
export interface Signature {
  /** Its name in SERVICES. */
  readonly service: string;
  readonly over: 'tcp' | 'udp' | 'both';
  /** What the first byte can be; any when left out. */
  readonly first?: readonly number[];
  /** What the third byte can be, for signatures without `first`. */
  readonly third?: readonly number[];
  /** The only ports of the responder at which it counts, for signatures without `first`. */
  readonly ports?: readonly number[];
  /** It can begin with eight bytes that are 0: of those whose first or third byte may be 0, only such are asked then. */
  readonly zeros?: true;
  /** How sure it is, 1…100, or NO, MORE or PART. */
  readonly match: (payload: Payload) => number;
}

/** The id of a service by its name; throws when SERVICES has none, which is a mistake in a signature. */
export function serviceId(name: string): number {
  const found = SERVICES.find((service) => service.name === name);
  if (found === undefined) throw new RangeError(`no service is called ${name}`);
  return found.id;
}

/** First bytes that begin these texts. */
export function firstOf(patterns: readonly Uint8Array[]): number[] {
  return [...new Set(patterns.flatMap(([byte = 0]) => [byte, lower(byte)]))];
}

/** All numbers from one to another, both included. */
export function span(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}
