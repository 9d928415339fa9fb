import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ProbeError, reasonOf } from '../cli/probe-error.ts';
import { writeDurably } from '../ship/write-durably.ts';
import type { ImportFormat } from './line-reader.ts';
import type { TailPosition } from './tail.ts';

/** How far one file was read, and what its reader has to know to go on. */
export interface FollowedFile extends TailPosition {
  readonly reader: { readonly format: ImportFormat; readonly state: unknown } | undefined;
}

/** How far all files were read. */
export interface FollowState {
  /** Number of the newest flow. */
  readonly flow: number;
  /** By path. */
  readonly files: Readonly<Record<string, FollowedFile>>;
}

/**
 * One step from lines of one file to batches. Batches of a step are numbered from `sequence` + 1 on; read again from
 * `from` to `to`, the lines make the same ones.
 */
export interface FollowStep {
  readonly boot: string;
  readonly sequence: number;
  /** The file whose lines these are; '' while there was no step. */
  readonly path: string;
  readonly from: FollowState;
  readonly to: FollowState;
}

/** Remembers the newest step, on the disk before any batch leaves that ends it. */
export class FollowJournal {
  readonly #path: string;

  constructor(stateDir: string, probe: string, files: readonly string[]) {
    const names = files.map((file) => resolve(file)).sort();
    const key = createHash('sha256').update(JSON.stringify(names)).digest('hex').slice(0, 16);
    this.#path = join(stateDir, probe, `follow-${key}.json`);
  }

  /** The newest step of the run before; undefined when there was none. Throws ProbeError when it cannot be read. */
  read(): FollowStep | undefined {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw this.#unusable('read', error);
    }
    try {
      const step = JSON.parse(text) as FollowStep;
      if (/^[0-9a-f]{16}$/.test(step.boot) && step.from.files && step.to.files) return step;
    } catch {
      // It is told below, with what to do.
    }
    throw new ProbeError(
      'failed',
      `${this.#path} is damaged: it does not say how far the files were read. Remove it to begin at their ends.`,
    );
  }

  write(step: FollowStep): void {
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      writeDurably(this.#path, `${JSON.stringify(step)}\n`);
    } catch (error) {
      throw this.#unusable('write', error);
    }
  }

  #unusable(verb: string, error: unknown): ProbeError {
    return new ProbeError(
      'failed',
      `cannot ${verb} ${this.#path}: ${reasonOf(error)}. Give --state-dir a directory that this user can write to.`,
      error,
    );
  }
}
