import type { DropReason } from './spool.ts';

const NO_SPACE = new Set(['ENOSPC', 'EDQUOT']);

/** Whether the disk takes batches; said once when it stops and once when it takes them again. */
export class DiskTrouble {
  readonly #memoryBytes: number;
  readonly #note: (message: string) => void;
  #code: string | undefined;

  constructor(memoryBytes: number, note: (message: string) => void) {
    this.#memoryBytes = memoryBytes;
    this.#note = note;
  }

  /** A system error's code; undefined while the disk takes batches. */
  get code(): string | undefined {
    return this.#code;
  }

  set code(code: string | undefined) {
    const before = this.#code;
    this.#code = code;
    const mb = Math.max(1, Math.round(this.#memoryBytes / 1e6));
    if (before === undefined && code !== undefined) {
      this.#note(
        `spool: the disk does not take batches (${code}): up to ${mb} MB are kept in memory, then the oldest are lost. Look at the disk of --state-dir, and who may write to it`,
      );
    }
    if (before !== undefined && code === undefined) {
      this.#note('spool: the disk takes batches again');
    }
  }

  /** Why batches are lost that memory had no room for. */
  get dropReason(): DropReason {
    return NO_SPACE.has(this.#code ?? '') ? 'disk-full' : 'disk-error';
  }
}
