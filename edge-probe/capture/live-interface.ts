import { readdirSync, readFileSync } from 'node:fs';

const NET = '/sys/class/net';
/** IFF_UP (netdevice(7)). */
const UP = 1;

/** Whether an interface can be captured on; `index` changes when one of the same name is made anew. */
export interface InterfaceState {
  readonly state: 'up' | 'down' | 'gone';
  readonly index: number;
}

/** The state of an interface; `any` is always up. libpcap does not say when an interface goes. */
export function interfaceState(name: string, net: string = NET): InterfaceState {
  if (name === 'any') return { state: 'up', index: 0 };
  const flags = readNumber(`${net}/${name}/flags`);
  const index = readNumber(`${net}/${name}/ifindex`);
  if (flags === undefined || index === undefined) return { state: 'gone', index: 0 };
  return { state: (flags & UP) === UP ? 'up' : 'down', index };
}

/** The interfaces this machine has, and `any`. */
export function interfaceNames(net: string = NET): string[] {
  return [...readdirSync(net).sort(), 'any'];
}

function readNumber(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8').trim());
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // EINVAL: the interface goes away between opening and reading.
    if (code === 'ENOENT' || code === 'ENODEV' || code === 'EINVAL') return undefined;
    throw error;
  }
}
