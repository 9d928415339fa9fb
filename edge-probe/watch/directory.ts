import { type FSWatcher, watch } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SeenFile } from './finished-files.ts';

/** The kernel forgets events when too many come, and some file systems tell none: it is looked this often anyway, ms. */
const LOOK_MS = 1_000;
/** Events come in swarms, ms. */
const CALM_MS = 100;

/** A directory that is looked into when something happens in it, and once a second. */
export class Directory {
  readonly #path: string;
  #watcher: FSWatcher | undefined;
  #changed: () => void = () => {};

  constructor(path: string) {
    this.#path = path;
  }

  /** Throws when the directory is not there. Where the kernel cannot watch it, looking is all there is. */
  start(): void {
    try {
      this.#watcher = watch(this.#path, { persistent: false }, () => this.#changed());
      this.#watcher.on('error', () => this.stop());
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOSPC' && code !== 'EMFILE' && code !== 'ENOSYS') throw error;
    }
  }

  stop(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  /** The regular files that are there. */
  async files(): Promise<SeenFile[]> {
    const names = await readdir(this.#path);
    const seen: SeenFile[] = [];
    for (const name of names) {
      const stat = await lstat(join(this.#path, name)).catch(() => undefined);
      // One that went between the two calls is no file any more.
      if (!stat?.isFile()) continue;
      seen.push({ name, inode: stat.ino, size: stat.size, mtimeMs: stat.mtimeMs });
    }
    return seen;
  }

  /** Resolves when something happened, after a second, or when it is stopped. */
  async change(stop: AbortSignal): Promise<void> {
    const waiting = new AbortController();
    const happened = new Promise<void>((resolve) => {
      this.#changed = resolve;
    });
    const signal = AbortSignal.any([stop, waiting.signal]);
    const pause = (ms: number): Promise<unknown> =>
      delay(ms, undefined, { signal }).catch(() => undefined);
    const event = happened.then(() => pause(CALM_MS));
    await Promise.race([event, pause(LOOK_MS)]);
    waiting.abort();
  }
}
