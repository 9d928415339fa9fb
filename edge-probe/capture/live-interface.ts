import { readdirSync, readFileSync } from 'node:fs';

const NET = '/sys/class/net';
/** IFF_UP (netdevice(7)). */
const UP = 1;
const ANY = 'any';

/** Whether an interface can be captured on; `index` changes when one of the same name is made anew. */
export interface InterfaceState {
  readonly state: 'up' | 'down' | 'gone';
  readonly index: number;
}

/** The state of an interface; `any` is always up. libpcap does not say when an interface goes. */
export function interfaceState(name: string, net: string = NET): InterfaceState {
  if (name === ANY) return { state: 'up', index: 0 };
  const flags = readNumber(`${net}/${name}/flags`);
  const index = readNumber(`${net}/${name}/ifindex`);
  if (flags === undefined || index === undefined) return { state: 'gone', index: 0 };
  return { state: (flags & UP) === UP ? 'up' : 'down', index };
}

/** The interfaces this machine has, and `any`. */
export function interfaceNames(net: string = NET): string[] {
  return [...readdirSync(net).sort(), ANY];
}

/** What the interface of this index is called now; `name` itself while it is there. undefined when it has gone. */
export function currentName(name: string, index: number, net: string = NET): string | undefined {
  if (interfaceState(name, net).state !== 'gone') return name;
  if (index === 0) return undefined;
  return readdirSync(net).find((other) => interfaceState(other, net).index === index);
}

/** Packets the system has counted on an interface, both ways, since it was made; of all for `any`. */
export function interfacePackets(name: string, net: string = NET): number {
  const names = name === ANY ? readdirSync(net) : [name];
  const files = ['rx_packets', 'tx_packets'];
  return names
    .flatMap((one) => files.map((file) => `${net}/${one}/statistics/${file}`))
    .reduce((sum, path) => sum + (readNumber(path) ?? 0), 0);
}

function readNumber(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8').trim());
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // EINVAL: the interface goes away between opening and reading. ENOTDIR: not an interface (bonding_masters).
    if (code === 'ENOENT' || code === 'ENODEV' || code === 'EINVAL' || code === 'ENOTDIR') {
      return undefined;
    }
    throw error;
  }
}
