import { accessSync, constants, existsSync, type Stats, statfsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ShippingOptions } from '../cli/command.ts';
import { reasonOf } from '../cli/probe-error.ts';
import { readKeyFile } from '../ship/key-file.ts';
import { bad, type CheckFinding, good } from './finding.ts';

const MEGABYTE = 1024 * 1024;
const OTHERS = 0o077;

/** Whether the spool's directory, or the nearest one above it that is there, can be written to and has room. */
export function checkState({ stateDir, spoolBytes }: ShippingOptions): CheckFinding {
  const what = 'state';
  let there = resolve(stateDir);
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  try {
    accessSync(there, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(there);
    const free = Math.floor((bavail * bsize) / MEGABYTE);
    const wanted = Math.ceil(spoolBytes / MEGABYTE);
    const is = `${stateDir}: ${free} MB free, the spool may take ${wanted} MB`;
    if (free >= wanted) return good(what, is);
    return bad(what, `${is}. Make room, or give --spool-mb ${Math.max(1, Math.floor(free / 2))}`);
  } catch (error) {
    return bad(
      what,
      `${stateDir}: ${reasonOf(error)}. Give --state-dir a directory that this user can write to`,
    );
  }
}

/** Whether the key is one, and nobody else's to read. */
export function checkKey(path: string): CheckFinding {
  const what = 'key';
  try {
    readKeyFile(path);
    const problem = tooOpen(statSync(path));
    return problem ? bad(what, `${path} ${problem}: chmod 600 ${path}`) : good(what, path);
  } catch (error) {
    return bad(what, reasonOf(error));
  }
}

function tooOpen({ mode, uid }: Stats): string | undefined {
  const own = process.getuid?.();
  if ((mode & OTHERS) !== 0) return `can be read by others (mode ${(mode & 0o777).toString(8)})`;
  // systemd hands a service its credentials as root's files.
  return own === undefined || uid === own || uid === 0 ? undefined : `belongs to user ${uid}`;
}
