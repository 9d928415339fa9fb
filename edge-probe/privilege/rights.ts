import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** CAP_NET_RAW (capabilities(7)). */
const NET_RAW = 13n;

/** What this process may do. */
export interface Rights {
  readonly root: boolean;
  /** It may capture. */
  readonly netRaw: boolean;
}

/** Rights as /proc/self/status tells them. */
export function parseRights(status: string): Rights {
  const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1];
  const effective = BigInt(`0x${/^CapEff:\s+([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  return { root: uid === '0', netRaw: ((effective >> NET_RAW) & 1n) === 1n };
}

/** The rights of this process; none where the system does not tell. */
export function ownRights(): Rights {
  try {
    return parseRights(readFileSync('/proc/self/status', 'utf8'));
  } catch {
    return { root: false, netRaw: false };
  }
}

/** An unprivileged user by name or number. */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Looks a user up as the system does; undefined when there is none. */
export function findUser(name: string): User | undefined {
  const ask = (option: string): number | undefined => {
    const { status, stdout } = spawnSync('id', [option, '--', name], { encoding: 'utf8' });
    return status === 0 ? Number(stdout.trim()) : undefined;
  };
  const uid = ask('-u');
  const gid = ask('-g');
  return uid === undefined || gid === undefined ? undefined : { name, uid, gid };
}

/** Where a program is, in the usual places of system programs too; undefined when it is not there. */
export function findProgram(name: string): string | undefined {
  const { status, stdout } = spawnSync(
    'sh',
    ['-c', 'PATH="$PATH:/usr/sbin:/usr/bin:/sbin:/bin"; command -v "$1"', 'sh', name],
    { encoding: 'utf8' },
  );
  return status === 0 ? stdout.trim() : undefined;
}

/** Whether this process may make mount namespaces; containers mostly may not. */
export function canJail(unshare: string): boolean {
  return spawnSync(unshare, ['--mount', '--', 'mount', '-t', 'tmpfs', 'none', '/tmp']).status === 0;
}
