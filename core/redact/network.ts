import { PrefixTable } from '../network/prefix-table.ts';
import { fail, ok, type Result } from '../result.ts';
import { parseAddress } from './address.ts';
import { embeddedIpv4 } from './embedded.ts';

/** A list of networks that addresses can be looked up in. */
export interface Networks {
  /** Index in the list of the longest prefix that holds the address, -1 when none does. */
  find(address: Uint8Array): number;
  /** Whether any of them holds the address. */
  has(address: Uint8Array): boolean;
}

interface Prefix extends Network {
  readonly index: number;
}

/**
 * Networks in CIDR form; a bare address is a network of its own, bits below the prefix do not matter. IPv6 addresses
 * that carry an IPv4 address (mapped, 6to4, NAT64) are looked up by that as well. `detail` names what is wrong.
 */
export function parseCidrs(list: readonly string[]): Result<Networks, 'bad-cidr'> {
  const prefixes: Prefix[] = [];
  for (const [index, text] of list.entries()) {
    const prefix = parseCidr(text, index);
    if (prefix === undefined)
      return fail('bad-cidr', `"${text}" is not a network like 192.0.2.0/24`);
    prefixes.push(prefix);
  }
  return ok(networks(prefixes));
}

/** Text of an address of 4 or 16 bytes, as RFC 5952 writes IPv6; '' for any other size. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  return bytes.length === 16 ? ipv6Text(bytes) : '';
}

/** The network a public audience may know: /24 of IPv4, /48 of IPv6, /40 of 6to4 (its /48 is a whole IPv4 address). */
export function truncateAddress(address: Uint8Array): string {
  if (address.length === 4) return `${address[0]}.${address[1]}.${address[2]}.0/${PUBLIC_BITS.v4}`;
  const embedded = embeddedIpv4(address);
  if (embedded?.by === 'mapped' || embedded?.by === 'nat64') return truncateAddress(embedded.ipv4);
  if (address.length !== 16) return '';
  const bits = embedded?.by === '6to4' ? PUBLIC_BITS.sixToFour : PUBLIC_BITS.v6;
  const kept = new Uint8Array(address.length);
  kept.set(address.subarray(0, bits / 8));
  return `${addressText(kept)}/${bits}`;
}

/**
 * A network in CIDR form, no smaller than what the public is told of an address: a neighbour's /24 would be its own. One
 * of IPv6 that is an IPv4 network in other words becomes that. Text that is no network stays as it is.
 */
export function publicCidr(cidr: string): string {
  const network = parseNetwork(cidr);
  if (network === undefined) return cidr;
  const { address, bits } = carriedNetwork(network) ?? network;
  const most = address.length === 4 ? PUBLIC_BITS.v4 : PUBLIC_BITS.v6;
  const wide = Math.min(bits, most);
  return `${addressText(firstOf(address, wide))}/${wide}`;
}

/** A network's first address (4 or 16 bytes) and its prefix length. */
export interface Network {
  readonly address: Uint8Array;
  readonly bits: number;
}

/** A network in CIDR form, or a bare address as one of its own; one mapped into IPv6 is of IPv4. Undefined when it is none. */
export function parseNetwork(text: string): Network | undefined {
  const [host = '', length, ...rest] = text.trim().split('/');
  const bytes = parseAddress(host);
  if (bytes === undefined || rest.length > 0) return undefined;
  const most = bytes.length * 8;
  const told = /^\d{1,3}$/.test(length ?? '') ? Number(length) : most + 1;
  const bits = length === undefined ? most : told;
  if (bits > most) return undefined;
  const network = { address: firstOf(bytes, bits), bits };
  return (embeddedIpv4(bytes)?.by === 'mapped' && carriedNetwork(network)) || network;
}

/** The IPv4 network that an IPv6 network is, undefined for one that is wider or carries none. */
function carriedNetwork({ address, bits }: Network): Network | undefined {
  const embedded = embeddedIpv4(address);
  if (embedded === undefined) return undefined;
  const before = embedded.by === '6to4' ? SIX_TO_FOUR_BITS : CARRIER_BITS;
  if (bits < before) return undefined;
  return { address: embedded.ipv4.slice(), bits: Math.min(bits - before, IPV4_BITS) };
}

function firstOf(bytes: Uint8Array, bits: number): Uint8Array {
  return bytes.map((byte, i) => byte & (0xff00 >> Math.min(Math.max(bits - 8 * i, 0), 8)));
}

const IPV4_BITS = 32;
/** Bits before the IPv4 address in a 6to4 address, and in a mapped or NAT64 one. */
const [SIX_TO_FOUR_BITS, CARRIER_BITS] = [16, 96];

/** The network in which the label of an address lies, as `truncateAddress` tells it; a label that is no address stays. */
export function networkOfLabel(label: string): string {
  const address = parseAddress(label);
  return address === undefined ? label : truncateAddress(address);
}

/** Whether the global routing table may hold an address; false for private, link-local and such ones. */
export function isGlobal(address: Uint8Array): boolean {
  return !SPECIAL.has(address);
}

/** IANA special-purpose address registries, what is not globally reachable. */
const SPECIAL = networks(
  [
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.168.0.0/16',
    '198.18.0.0/15',
    '224.0.0.0/3',
    '::/127',
    'fc00::/7',
    'fe80::/10',
    'fec0::/10',
    'ff00::/8',
  ].map((text, index) => parseCidr(text, index) as Prefix),
);

/** Prefix lengths that the public is told. */
const PUBLIC_BITS = { v4: 24, v6: 48, sixToFour: 40 } as const;

function parseCidr(text: string, index: number): Prefix | undefined {
  const network = parseNetwork(text);
  return network === undefined ? undefined : { ...network, index };
}

function networks(prefixes: readonly Prefix[]): Networks {
  const table = new PrefixTable();
  for (const { address, bits, index } of prefixes) table.add(address, bits, index);
  const find = (address: Uint8Array): number => {
    const found = table.find(address);
    const embedded = found < 0 ? embeddedIpv4(address) : undefined;
    return embedded === undefined ? found : table.find(embedded.ipv4);
  };
  return { find, has: (address) => find(address) >= 0 };
}

function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => group(bytes, i));
  if (groups.slice(0, 5).every((value) => value === 0) && groups[5] === 0xffff) {
    return `::ffff:${bytes.subarray(12).join('.')}`;
  }
  const [start, length] = longestZeros(groups);
  const hex = (from: number, to?: number): string =>
    groups
      .slice(from, to)
      .map((value) => value.toString(16))
      .join(':');
  return length < 2 ? hex(0) : `${hex(0, start)}::${hex(start + length)}`;
}

function longestZeros(groups: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  let start = 0;
  groups.forEach((value, i) => {
    if (value !== 0) start = i + 1;
    else if (i + 1 - start > best[1]) best = [start, i + 1 - start];
  });
  return best;
}

function group(bytes: Uint8Array, i: number): number {
  return ((bytes[2 * i] as number) << 8) | (bytes[2 * i + 1] as number);
}
