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
  const there = nearestThere(stateDir);
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

/** Whether captures can be read from a directory, or written to it; one to write to is made when it is not there. */
export function checkDirectory(path: string, written: boolean): CheckFinding {
  const what = 'directory';
  try {
    const there = written ? nearestThere(path) : path;
    accessSync(there, constants.R_OK | constants.X_OK | (written ? constants.W_OK : 0));
    if (!statSync(there).isDirectory()) return bad(what, `${there} is a file`);
    return good(what, path);
  } catch (error) {
    return bad(
      what,
      `${path}: ${reasonOf(error)}. Let this user ${written ? 'write to' : 'read'} it`,
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

/** The path, or the nearest directory above it that is there. */
function nearestThere(path: string): string {
  let there = resolve(path);
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  return there;
}
