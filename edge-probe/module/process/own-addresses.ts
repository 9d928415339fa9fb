import { networkInterfaces } from 'node:os';
import { addressBytes } from './socket-table.ts';

/** Addresses of this host, 4 or 16 bytes each, those of the outside world first. */
export function ownAddresses(interfaces = networkInterfaces()): Uint8Array[] {
  const all = Object.values(interfaces).flatMap((addresses) => addresses ?? []);
  const sorted = [...all].sort((a, b) => rank(a) - rank(b));
  return sorted
    .map(({ address }) => addressBytes(address))
    .filter((bytes): bytes is Uint8Array => bytes !== undefined);
}

function rank({
  internal,
  family,
}: {
  readonly internal: boolean;
  readonly family: string;
}): number {
  return (internal ? 2 : 0) + (family === 'IPv4' ? 0 : 1);
}
