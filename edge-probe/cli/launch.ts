import { chownSync, existsSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { childArgs, directSpawner } from '../capture/live-spawner.ts';
import { DEFAULT_CONFIG } from '../config/load.ts';
import {
  type Confinement,
  captureCommand,
  type Jail,
  probeCommand,
} from '../privilege/commands.ts';
import { captureJail, probeJail } from '../privilege/jail.ts';
import { launchChannel, launchedSpawner } from '../privilege/launched-spawner.ts';
import { Launcher } from '../privilege/launcher.ts';
import { canJail, findProgram, findUser, ownRights, type User } from '../privilege/rights.ts';
import { runCapture } from './capture-command.ts';
import type { CaptureCommand } from './command.ts';
import { ProbeError } from './probe-error.ts';
import type { RunContext } from './run-context.ts';

/** Set for the probe that a launcher runs: the directory where relative paths begin. */
export const LAUNCHED = 'SKIRMISH_LAUNCHED';

const PACKAGED_USER = 'skirmish';
const NOBODY = 'nobody';

/** Where each process's root directory is mounted, in a mount namespace of its own: it stays, and stays empty. */
const ROOT = '/run/skirmish-probe';

/** The process as it was started. */
export interface Invocation {
  /** Node's arguments, the program's and its own: what runs this again. */
  readonly command: readonly string[];
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Captures with least rights: a process that may capture stays behind as launcher and runs the probe without rights;
 * one that has none captures as it is.
 */
export function runLive(
  command: CaptureCommand,
  context: RunContext,
  invocation: Invocation,
): Promise<number> {
  if (invocation.env[LAUNCHED] !== undefined) return runLaunched(command, context);
  const confinement = confinementFor(command, context.note);
  if (confinement === undefined) return runCapture(command, context, directSpawner());
  return launch(command, context, { ...invocation, ...confinement });
}

async function runLaunched(command: CaptureCommand, context: RunContext): Promise<number> {
  const channel = launchChannel();
  if (!channel) throw new ProbeError('failed', `${LAUNCHED} is set, but no launcher is there`);
  try {
    return await runCapture(command, context, launchedSpawner(command.interfaces, channel));
  } finally {
    channel.close();
  }
}

/** How rights can be dropped. */
type Possible = Omit<Confinement, 'jail'> & { readonly inJail: boolean };

/** How rights can be dropped here; undefined when there are none to drop, or it is not wanted or not possible. */
function confinementFor(
  { jail, user }: CaptureCommand,
  note: (message: string) => void,
): Possible | undefined {
  const { root, netRaw } = ownRights();
  if (!jail || !(root || netRaw)) return undefined;
  const setpriv = findProgram('setpriv');
  if (setpriv === undefined) {
    note('keeping all rights: setpriv (util-linux), which drops them, is not installed');
    return undefined;
  }
  const unshare = findProgram('unshare') ?? '';
  const tools = { setpriv, unshare };
  if (!root) return { tools, user: undefined, inJail: false };
  const who = userFor(user);
  if (who.uid === 0) return undefined;
  const inJail = unshare !== '' && canJail(unshare);
  if (!inJail) note(`no jail can be made here: the probe sees the host's files, as ${who.name}`);
  return { tools, user: who, inJail };
}

function userFor(name: string | undefined): User {
  const found = name === undefined ? (findUser(PACKAGED_USER) ?? findUser(NOBODY)) : findUser(name);
  if (found) return found;
  throw new ProbeError(
    'failed',
    `there is no user ${name ?? NOBODY} to become. Name another with --user, or keep all rights with --no-jail`,
  );
}

async function launch(
  command: CaptureCommand,
  context: RunContext,
  { command: self, argv, env, tools, user, inJail }: Invocation & Possible,
): Promise<number> {
  if (inJail) mkdirSync(ROOT, { recursive: true });
  const programs = [process.execPath, tools.setpriv];
  const { stateDir, probe } = command.shipping;
  const state = resolve(stateDir, probe);
  const recordings = command.record ? [resolve(command.record.directory)] : [];
  makeDirectory(state, user);
  for (const path of recordings) hand(path, user);
  const needs = {
    writes: [state, ...recordings],
    owns: [state],
    secrets: secretsOf(command, argv, env),
    allProcesses: command.modules.length > 0,
    workingDirectory: process.cwd(),
  };
  const jailOf = (entries: Jail['entries']): Jail | undefined =>
    inJail ? { root: ROOT, entries } : undefined;
  const captureWithin = { tools, user, jail: jailOf(captureJail(programs)) };
  const launcher = new Launcher({
    interfaces: command.interfaces,
    probe: probeCommand(self, { tools, user, jail: jailOf(probeJail(programs, needs)) }),
    // The jail has no list of users.
    env: { HOME: homedir(), ...env, [LAUNCHED]: process.cwd(), TMPDIR: '/tmp' },
    capture: (name) =>
      captureCommand(
        [process.execPath, ...childArgs(), JSON.stringify({ device: name })],
        captureWithin,
      ),
    stop: context.stop,
  });
  return launcher.run();
}

/** Makes a directory that is not there, for the user. */
function makeDirectory(path: string, user: User | undefined): void {
  if (existsSync(path)) return;
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (user) chownSync(path, user.uid, user.gid);
}

/** Gives a directory to the user, but not what is in it; one that is the system's or another user's is refused. */
function hand(path: string, user: User | undefined): void {
  makeDirectory(path, user);
  if (!user) return;
  const { uid, mode } = statSync(path);
  const isTaken = ![0, user.uid, findUser(NOBODY)?.uid].includes(uid);
  const isShared =
    (mode & 0o002) !== 0 || readdirSync(path).some((name) => isDirectory(path, name));
  if (uid !== user.uid && (isTaken || isShared)) {
    throw new ProbeError(
      'failed',
      `${path} is not for recordings alone, and would become ${user.name}'s: name a directory below it`,
    );
  }
  chownSync(path, user.uid, user.gid);
}

function isDirectory(path: string, name: string): boolean {
  return lstatSync(join(path, name)).isDirectory();
}

/** Files that only root may be able to read and the probe needs. */
function secretsOf(
  { shipping }: CaptureCommand,
  argv: readonly string[],
  env: Invocation['env'],
): readonly string[] {
  const home = env['HOME'] ?? homedir();
  const at = argv.findIndex((word) => word === '--config' || word.startsWith('--config='));
  const flag = argv[at]?.split('=', 2)[1] ?? argv[at + 1];
  const files = [
    shipping.keyFile,
    (at < 0 ? undefined : flag) ?? env['SKIRMISH_CONFIG'] ?? DEFAULT_CONFIG,
    env['AWS_SHARED_CREDENTIALS_FILE'] ?? join(home, '.aws', 'credentials'),
    env['AWS_CONFIG_FILE'] ?? join(home, '.aws', 'config'),
    env['AWS_WEB_IDENTITY_TOKEN_FILE'],
    env['NODE_EXTRA_CA_CERTS'],
  ];
  return [...new Set(files.filter((path) => path !== undefined && path !== ''))].map((path) =>
    resolve(path as string),
  );
}
