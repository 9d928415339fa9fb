import { mkdirSync, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isObject } from '../template/json.ts';

/** Which journal entries a consumer is done with: all up to `through`, and some above it. */
export class Progress {
  readonly #path: string;
  #through = 0;
  readonly #above = new Set<number>();
  #saving: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
    const saved = readSaved(path);
    this.#through = saved.through;
    for (const index of saved.above) this.#above.add(index);
  }

  /** Every entry up to this index is done. */
  get through(): number {
    return this.#through;
  }

  isDone(index: number): boolean {
    return index <= this.#through || this.#above.has(index);
  }

  /** Marks entries as done; resolves when that is on disk. */
  finish(indices: readonly number[]): Promise<void> {
    for (const index of indices) if (index > this.#through) this.#above.add(index);
    while (this.#above.delete(this.#through + 1)) this.#through += 1;
    return this.#save();
  }

  /** Entries below `first` are gone for good: the consumer need not wait for them. */
  skipBelow(first: number): void {
    this.#through = Math.max(this.#through, first - 1);
    for (const index of this.#above) if (index <= this.#through) this.#above.delete(index);
    while (this.#above.delete(this.#through + 1)) this.#through += 1;
  }

  #save(): Promise<void> {
    this.#saving = this.#saving.catch(ignore).then(async () => {
      const text = JSON.stringify({ through: this.#through, above: [...this.#above] });
      const draft = `${this.#path}.new`;
      const file = await open(draft, 'w');
      await file.writeFile(text);
      await file.datasync();
      await file.close();
      await rename(draft, this.#path);
    });
    return this.#saving;
  }
}

function readSaved(path: string): { through: number; above: number[] } {
  try {
    const saved: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (!isObject(saved)) return { through: 0, above: [] };
    const above = Array.isArray(saved['above']) ? saved['above'] : [];
    return { through: Number(saved['through']), above: above.map(Number) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return { through: 0, above: [] };
    }
    throw new Error(`${path} does not say how far reading had come: delete it to read again.`, {
      cause: error,
    });
  }
}

/** A failed save was already reported to the one that asked for it. */
function ignore(): void {}
