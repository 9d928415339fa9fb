import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { StackOutputs } from './account.ts';

/** What the line needs to name. */
export interface ProbeLineParts {
  readonly outputs: StackOutputs;
  readonly region: string;
  readonly probe: string;
  readonly keyFile: string;
}

/** The shell line that starts a live probe against the deployed stream; sudo -E keeps AWS_* for it. */
export function probeLine(parts: ProbeLineParts): string {
  return [
    'sudo -E npm run -s probe -- capture',
    `-i ${defaultInterface()}`,
    `--stream ${parts.outputs['StreamName']}`,
    `--region ${parts.region}`,
    `--probe ${parts.probe}`,
    `--key-file ${parts.keyFile}`,
  ].join(' ');
}

/** The interface of the default route on Linux, else the first that is not a loopback. */
function defaultInterface(): string {
  return routedInterface(readRoutes()) ?? firstInterface() ?? 'eth0';
}

/** Interface of the default route in the text of /proc/net/route. */
export function routedInterface(routes: string): string | undefined {
  const rows = routes.split('\n').map((line) => line.split('\t'));
  return rows.find(([, destination]) => destination === '00000000')?.[0];
}

function readRoutes(): string {
  try {
    return readFileSync('/proc/net/route', 'utf8');
  } catch {
    // Only Linux has this file.
    return '';
  }
}

function firstInterface(): string | undefined {
  const found = Object.entries(networkInterfaces()).find(([, addresses]) =>
    addresses?.some(({ internal }) => !internal),
  );
  return found?.[0];
}

/** CIDRs of this host's own networks: a fair guess for the home networks of a probe on it. */
export function ownNetworks(): readonly string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const cidrs = addresses
    .filter(({ internal, cidr, scopeid }) => !internal && cidr !== null && !scopeid)
    .map(({ cidr }) => cidr as string);
  return [...new Set(cidrs)];
}
