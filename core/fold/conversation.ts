import { isFlowKind } from '../event/kinds.ts';
import type { Audience, EventTable } from '../event/table.ts';
import { isOfOneSite } from './local-label.ts';

/**
 * A number of 53 bits per row that rows of one conversation share, whichever probe saw it and from whichever side: of the
 * protocol, both addresses, both ports and, of private addresses, the site (operator), or of the keyed pair that wrangle made of them (public). 0 where
 * the row does not tell its ends, and for rows of no flow. Two conversations of a million get the same number about once
 * in 20,000 windows (operator), or a hundred times a window (public): who joins by it looks at times as well.
 */
export function conversationKeys(table: EventTable, audience: Audience): Float64Array {
  return audience === 'public' ? pairKeys(table) : tupleKeys(table);
}

const TWO_32 = 2 ** 32;
const HIGH_BITS = 0x1f_ffff;
const [LOW_SEED, HIGH_SEED, SITE_SEED] = [0x811c9dc5, 0x050c5d1f, 0x01c9dc51];

function pairKeys(table: EventTable): Float64Array {
  const keys = new Float64Array(table.length);
  for (let i = 0; i < keys.length; i++) {
    const pair = table.pair[i] as number;
    if (pair === 0 || !isFlowKind(table.kind[i])) continue;
    keys[i] = (table.protocol[i] as number) * TWO_32 + pair;
  }
  return keys;
}

function tupleKeys(table: EventTable): Float64Array {
  const { length, endpoints } = table;
  const low = Int32Array.from(endpoints, ({ label }) => hashLabel(label, LOW_SEED));
  const high = Int32Array.from(endpoints, ({ label }) => hashLabel(label, HIGH_SEED));
  const told = Uint8Array.from(endpoints, ({ label }) => (label === '' ? 0 : 1));
  const inside = Uint8Array.from(endpoints, ({ label }) => (isOfOneSite(label) ? 1 : 0));
  const sites = Int32Array.from(table.tags, ({ site }) => hashLabel(site, SITE_SEED));
  const keys = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const from = table.initiator[i] as number;
    const to = table.responder[i] as number;
    if ((told[from] as number) + (told[to] as number) < 2 || !isFlowKind(table.kind[i])) continue;
    const local = (inside[from] as number) | (inside[to] as number);
    const site = local === 0 ? 0 : (sites[table.tag[i] as number] as number);
    const protocol = site ^ (table.protocol[i] as number);
    const fromSalt = Math.imul((table.initiatorPort[i] as number) + 1, 0x9e3779b1);
    const toSalt = Math.imul((table.responderPort[i] as number) + 1, 0x9e3779b1);
    const lower = either(mix((low[from] as number) ^ fromSalt), mix((low[to] as number) ^ toSalt));
    const upper = either(
      mix((high[from] as number) ^ fromSalt),
      mix((high[to] as number) ^ toSalt),
    );
    keys[i] = (mix(upper + protocol) & HIGH_BITS) * TWO_32 + (mix(lower ^ protocol) >>> 0) || 1;
  }
  return keys;
}

/** The same for both orders. */
function either(one: number, other: number): number {
  return one < other
    ? mix(one) ^ Math.imul(other, 0x85ebca6b)
    : mix(other) ^ Math.imul(one, 0x85ebca6b);
}

/** FNV-1a over UTF-16 units: labels are short. */
function hashLabel(label: string, seed: number): number {
  let hash = seed | 0;
  for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
  return mix(hash);
}

/** The finalizer of MurmurHash3. Source: https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp */
function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
