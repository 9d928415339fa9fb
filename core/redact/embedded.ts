/** An IPv4 address that an IPv6 address carries, and how it does. */
export interface Embedded {
  readonly ipv4: Uint8Array;
  readonly by: 'mapped' | '6to4' | 'nat64';
}

const NAT64 = [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** The IPv4 address in a mapped (RFC 4291), 6to4 (RFC 3056) or NAT64 (RFC 6052) address, undefined in any other. */
export function embeddedIpv4(bytes: Uint8Array): Embedded | undefined {
  // Nearly every address is ruled out by its first byte.
  if (bytes.length !== 16 || (bytes[0] !== 0 && bytes[0] !== 0x20)) return undefined;
  if (startsWith(bytes, MAPPED)) return { ipv4: bytes.subarray(12), by: 'mapped' };
  if (startsWith(bytes, NAT64)) return { ipv4: bytes.subarray(12), by: 'nat64' };
  if (startsWith(bytes, [0x20, 0x02])) return { ipv4: bytes.subarray(2, 6), by: '6to4' };
  return undefined;
}

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, i) => bytes[i] === byte);
}
