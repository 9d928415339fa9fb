import { isIP } from 'node:net';

/** A router on the way, or the target itself. */
export interface Hop {
  /** How many routers a packet may pass to get there: 1…255. */
  readonly ttl: number;
  readonly address: string;
  readonly roundTripMs: number;
}

/** Most hops of a path, and characters of output that are read. */
const MAX_TTL = 64;
const MAX_OUTPUT = 65_536;

/** `traceroute -n -q1`: ` 3  192.0.2.1  1.234 ms`, with `!H` and the like behind; `*` for nobody. */
const TRACEROUTE = /^\s{0,4}(\d{1,3})\s+([0-9A-Fa-f.:]{2,45})\s+(\d{1,6}(?:\.\d{1,6})?)\s?ms\b/;
/** `tracepath -n`: ` 3:  192.0.2.1      1.234ms asymm  4`; `no reply` for nobody, `?` behind a number that is a guess. */
const TRACEPATH = /^\s{0,4}(\d{1,3}):\s+([0-9A-Fa-f.:]{2,45})\s+(\d{1,6}(?:\.\d{1,6})?)\s?ms\b/;

/** Hops that traceroute or tracepath printed, the first answer of each; lines that tell none are left out. */
export function readHops(output: string): Hop[] {
  const hops = new Map<number, Hop>();
  for (const line of output.slice(0, MAX_OUTPUT).split('\n')) {
    const match = TRACEROUTE.exec(line) ?? TRACEPATH.exec(line);
    if (match === null) continue;
    const [ttl, address, roundTripMs] = [Number(match[1]), match[2] as string, Number(match[3])];
    if (ttl < 1 || ttl > MAX_TTL || hops.has(ttl) || isIP(address) === 0) continue;
    hops.set(ttl, { ttl, address, roundTripMs });
  }
  return [...hops.values()].sort((one, other) => one.ttl - other.ttl);
}
