import type { JailEntry } from './jail.ts';
import { JAIL_SCRIPT } from './jail-script.ts';
import type { User } from './rights.ts';

/** Where the system's programs are. */
export interface Tools {
  readonly setpriv: string;
  readonly unshare: string;
}

/** A root directory for one process. */
export interface Jail {
  /** An empty directory; several may be made on it at once. */
  readonly root: string;
  readonly entries: readonly JailEntry[];
}

export interface Confinement {
  readonly tools: Tools;
  /** Who it runs as; undefined to stay who it is. */
  readonly user: User | undefined;
  /** Needs a user; undefined to stay in the host's file system. */
  readonly jail: Jail | undefined;
}

const NO_CAPABILITIES = ['--inh-caps=-all', '--ambient-caps=-all', '--no-new-privs'];
const ONLY_NET_RAW = ['--inh-caps=-all,+net_raw', '--ambient-caps=-all,+net_raw'];

/** The command line that runs the probe without any capability. */
export function probeCommand(command: readonly string[], within: Confinement): readonly string[] {
  const { tools, user, jail } = within;
  const drop = user ? [...identity(user), '--bounding-set=-all'] : [];
  const confined = [tools.setpriv, ...drop, ...NO_CAPABILITIES, ...command];
  return jail ? jailed(confined, jail, within, []) : confined;
}

/** The command line that runs a capture child with CAP_NET_RAW and nothing else, where it sees no other process. */
export function captureCommand(command: readonly string[], within: Confinement): readonly string[] {
  const { tools, user, jail } = within;
  const drop = user
    ? [...identity(user), '--bounding-set=-all,+net_raw', '--no-new-privs', '--pdeathsig=KILL']
    : [];
  // Node's own file capability counts only without no-new-privs, and then needs no ambient one.
  const confined = user ? [tools.setpriv, ...drop, ...ONLY_NET_RAW, ...command] : [...command];
  const spaces = ['--pid', '--ipc', '--uts', '--fork', '--kill-child=KILL'];
  return jail ? jailed(confined, jail, within, spaces) : confined;
}

function identity({ uid, gid }: User): readonly string[] {
  return [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
}

function jailed(
  command: readonly string[],
  { root, entries }: Jail,
  { tools, user }: Confinement,
  spaces: readonly string[],
): readonly string[] {
  const owner = user ? `${user.uid}:${user.gid}` : '0:0';
  return [
    ...[tools.unshare, '--mount', ...spaces, '--'],
    ...['sh', '-c', JAIL_SCRIPT, 'jail', root, owner],
    ...entries.flat(),
    '--',
    ...command,
  ];
}
