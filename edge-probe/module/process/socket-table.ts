import { isIP } from 'node:net';
import { PROTOCOL } from '../../../core/event/kinds.ts';

/** A socket of this host. */
export interface LocalSocket {
  /** Where it is looked up. */
  readonly key: string;
  readonly inode: number;
}

const LISTEN = '0A';
const NOBODY = /^0+$/;
const V4_IN_V6 = '0000000000000000FFFF0000';

/** Key of a socket that talks to one other end. */
export function connectedKey(
  protocol: number,
  port: number,
  remote: { readonly hex: string; readonly port: number },
): string {
  return `${protocol} ${port} ${remote.hex} ${remote.port}`;
}

/** Key of a socket that takes what comes to its port. */
export function boundKey(protocol: number, port: number): string {
  return `${protocol} ${port}`;
}

/** An address as keys have it: its bytes in hexadecimal. */
export function hexOf(bytes: Uint8Array, size: number): string {
  let hex = '';
  for (let i = 0; i < size; i++) hex += ((bytes[i] as number) + 256).toString(16).slice(1);
  return hex;
}

/** A line of /proc/net/{tcp,tcp6,udp,udp6} (proc(5)); undefined for its header and for sockets without an owner. */
export function decodeSocketLine(line: string, protocol: number): LocalSocket | undefined {
  const fields = line.trim().split(/\s+/);
  const [local, remote, state] = [fields[1], fields[2], fields[3]];
  const inode = Number(fields[9]);
  if (local === undefined || remote === undefined || !(inode > 0)) return undefined;
  const [, localPort] = local.split(':');
  const [address, remotePort] = remote.split(':');
  if (localPort === undefined || address === undefined || remotePort === undefined) {
    return undefined;
  }
  const port = Number.parseInt(localPort, 16);
  const isBound =
    protocol === PROTOCOL.tcp ? state === LISTEN : NOBODY.test(address) && remotePort === '0000';
  if (isBound) return { key: boundKey(protocol, port), inode };
  const hex = networkOrder(address);
  const end = { hex, port: Number.parseInt(remotePort, 16) };
  return { key: connectedKey(protocol, port, end), inode };
}

/** Words there are in the host's byte order, little-endian on all that this runs on; IPv4 in IPv6 is IPv4. */
function networkOrder(words: string): string {
  const plain = words.length === 32 && words.startsWith(V4_IN_V6) ? words.slice(24) : words;
  const bytes = plain.match(/../g) ?? [];
  let hex = '';
  for (let at = 0; at < bytes.length; at += 4)
    hex += bytes
      .slice(at, at + 4)
      .reverse()
      .join('');
  return hex.toLowerCase();
}

/** The bytes of an address as text; undefined when it is none. */
export function addressBytes(text: string): Uint8Array | undefined {
  const address = text.split('%', 1)[0] as string;
  const family = isIP(address);
  if (family === 0) return undefined;
  if (family === 4) return Uint8Array.from(address.split('.'), Number);
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = groups.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = new Array<string>(8 - before.length - after.length).fill('0');
  const bytes = new Uint8Array(16);
  [...before, ...zeros, ...after].forEach((group, i) => {
    const value = Number.parseInt(group, 16);
    bytes[2 * i] = value >>> 8;
    bytes[2 * i + 1] = value;
  });
  return bytes;
}
