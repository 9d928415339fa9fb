import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf } from '../cli/probe-error.ts';
import { parseRelayKey, type RelayKey, type RelayKeyError } from './relay-key.ts';

/** Key files beyond these are not read, and that is said. */
const MAX_FILES = 10_000;
const MAX_FILE_BYTES = 64 * 1024;
const FILE = /^([a-z0-9-]{1,64})\.key$/;

const REMEDY: Readonly<Record<RelayKeyError, string>> = {
  'sensor-key':
    'it holds a probe’s own key, with which a relay could forge: remove it, enrol the probe again, and install what relay-key prints',
  'not-a-relay-key': 'install what `skirmish-probe relay-key` prints at the probe',
  'bad-probe-id': 'lines after the key name probes it carries, or *',
};

interface Known {
  /** Changes whenever the file does. */
  readonly stamp: string;
  readonly key: RelayKey | undefined;
}

/** The keys of the probes a relay lets in: one file ID.key each in a directory that only its user can read. */
export class KeyDirectory {
  readonly #path: string;
  readonly #note: (message: string) => void;
  readonly #maxFiles: number;
  #known = new Map<string, Known>();
  #trouble = '';

  constructor(path: string, note: (message: string) => void, maxFiles = MAX_FILES) {
    this.#path = path;
    this.#note = note;
    this.#maxFiles = maxFiles;
  }

  /** Keys that can be used. */
  get size(): number {
    return [...this.#known.values()].filter(({ key }) => key !== undefined).length;
  }

  /** Files whose key cannot be used; what is wrong with each was said. */
  get unusable(): number {
    return this.#known.size - this.size;
  }

  /** The key of a probe id; the same object until its file changes. */
  get(probe: string): RelayKey | undefined {
    return this.#known.get(probe)?.key;
  }

  /** Looks which files came, changed or went. A directory that is gone has no keys; one that cannot be read keeps those it had. */
  async refresh(): Promise<void> {
    let names: string[];
    try {
      names = await readdir(this.#path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') this.#known = new Map();
      this.#say(`cannot read the keys in ${this.#path}: ${reasonOf(error)}`);
      return;
    }
    const next = new Map<string, Known>();
    let trouble = '';
    for (const name of names.sort()) {
      const probe = FILE.exec(name)?.[1];
      if (probe === undefined) continue;
      if (next.size >= this.#maxFiles) {
        trouble = `${this.#path} holds more than ${this.#maxFiles} keys: the rest is left out`;
        break;
      }
      const known = await this.#read(probe, join(this.#path, name));
      if (known) next.set(probe, known);
    }
    this.#known = next;
    this.#say(trouble);
  }

  /** A file that is gone is none. Any other that cannot be used lets nobody in. */
  async #read(probe: string, path: string): Promise<Known | undefined> {
    const before = this.#known.get(probe);
    try {
      const { mode, size, mtimeMs, ctimeMs, ino, isFile } = await statOf(path);
      const stamp = [mode, size, mtimeMs, ctimeMs, ino].join();
      if (before?.stamp === stamp) return before;
      const problem = fileProblem({ mode, size, isFile });
      if (problem) return this.#refuse(path, stamp, problem);
      const parsed = parseRelayKey(await readFile(path, 'utf8'));
      if (!parsed.ok) return this.#refuse(path, stamp, REMEDY[parsed.reason]);
      return { stamp, key: parsed.value };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      const stamp = reasonOf(error);
      return before?.stamp === stamp ? before : this.#refuse(path, stamp, stamp);
    }
  }

  #refuse(path: string, stamp: string, problem: string): Known {
    this.#note(`the key ${path} is not used: ${problem}`);
    return { stamp, key: undefined };
  }

  #say(trouble: string): void {
    if (trouble !== this.#trouble && trouble !== '') this.#note(trouble);
    this.#trouble = trouble;
  }
}

async function statOf(path: string) {
  const stat = await lstat(path);
  const { mode, size, mtimeMs, ctimeMs, ino } = stat;
  return { mode, size, mtimeMs, ctimeMs, ino, isFile: stat.isFile() };
}

function fileProblem(file: {
  readonly mode: number;
  readonly size: number;
  readonly isFile: boolean;
}): string | undefined {
  if (!file.isFile) return 'it is not a regular file';
  if ((file.mode & 0o077) !== 0) return 'others can read it: chmod 600';
  return file.size > MAX_FILE_BYTES ? `it is larger than ${MAX_FILE_BYTES} bytes` : undefined;
}
