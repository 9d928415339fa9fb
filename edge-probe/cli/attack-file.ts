import { readFileSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { usage } from '../config/flags.ts';
import type { Attack } from '../simulate/attack.ts';
import { readAttackList } from '../simulate/attack-list.ts';
import { reasonOf } from './probe-error.ts';

const MAX_BYTES = 64 * 1024 * 1024;

/** Reads a list of attacks, JSON or CSV by its name and text otherwise; throws ProbeError `usage` with every bad line. */
export function readAttackFile(path: string): readonly Attack[] {
  const extension = extname(path).toLowerCase();
  const format = extension === '.json' ? 'json' : extension === '.csv' ? 'csv' : 'text';
  const list = readAttackList(format, textOf(path));
  if (list.ok) return list.attacks;
  throw usage(list.problems.map(({ line, message }) => `${path}:${line}: ${message}`).join('\n'));
}

function textOf(path: string): string {
  try {
    if (statSync(path).size > MAX_BYTES) throw new Error('it is over 64 MB long');
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw usage(`cannot read ${path}: ${reasonOf(error)}`);
  }
}
