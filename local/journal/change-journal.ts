import { createHash } from 'node:crypto';
import { Journal } from './journal.ts';

/** An item in DynamoDB's JSON. */
export type Item = Readonly<Record<string, unknown>>;

/** A change of an item, as a stream tells it. */
export interface Change {
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly keys: Item;
  readonly newImage?: Item;
  readonly oldImage?: Item;
  /** When the change was made, ms since the epoch. */
  readonly at: number;
  /** The table's expiry removed the item. */
  readonly expired?: boolean;
}

/** A write that was about to be made: enough to find out after a crash whether it was. */
export interface Intent {
  readonly keys: Item;
  readonly before: Item | undefined;
  readonly expired?: boolean;
}

type Entry =
  | { readonly kind: 'intent'; readonly keys: Item; readonly before: string; readonly old?: Item }
  | { readonly kind: 'change'; readonly of: number; readonly change: Change }
  | { readonly kind: 'nothing'; readonly of: number };

/**
 * Changes of one table, in order. A write is announced before it is made and its change kept after it, so a
 * crash between the two is found at the next start and the change made up for.
 */
export class ChangeJournal {
  readonly #journal: Journal;

  constructor(directory: string) {
    this.#journal = new Journal(directory);
  }

  get first(): number {
    return this.#journal.first;
  }

  get last(): number {
    return this.#journal.last;
  }

  announce(intent: Intent): Promise<number> {
    const old = intent.before === undefined ? {} : { old: intent.before };
    return this.#append({
      kind: 'intent',
      keys: intent.keys,
      before: digest(intent.before),
      ...old,
    });
  }

  /** Keeps what a write that was announced has changed; undefined: nothing. */
  async conclude(intent: number, change: Change | undefined): Promise<void> {
    await this.#append(
      change === undefined
        ? { kind: 'nothing', of: intent }
        : { kind: 'change', of: intent, change },
    );
  }

  /** The change at an index; undefined when the entry is something else. */
  read(index: number): Change | undefined {
    const entry = this.#read(index);
    return entry?.kind === 'change' ? entry.change : undefined;
  }

  /** Makes up for changes whose writes were announced and not concluded; `read` gives an item as it is now. */
  async recover(read: (keys: Item) => Promise<Item | undefined>, now: number): Promise<number> {
    const open = new Map<number, Extract<Entry, { kind: 'intent' }>>();
    for (let index = this.first; index <= this.last; index += 1) {
      const entry = this.#read(index);
      if (entry?.kind === 'intent') open.set(index, entry);
      else if (entry !== undefined) open.delete(entry.of);
    }
    for (const [index, intent] of open) {
      const after = await read(intent.keys);
      await this.conclude(
        index,
        digest(after) === intent.before
          ? undefined
          : changeOf({ keys: intent.keys, before: intent.old, after, at: now }),
      );
    }
    return open.size;
  }

  releaseBelow(index: number): Promise<void> {
    return this.#journal.releaseBelow(index);
  }

  close(): Promise<void> {
    return this.#journal.close();
  }

  #append(entry: Entry): Promise<number> {
    return this.#journal.append(Buffer.from(JSON.stringify(entry)));
  }

  #read(index: number): Entry | undefined {
    const bytes = this.#journal.read(index);
    return bytes === undefined ? undefined : (JSON.parse(bytes.toString('utf8')) as Entry);
  }
}

/** An item before and after a write. */
export interface Written {
  readonly keys: Item;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  readonly at: number;
  readonly expired?: boolean;
}

/** The change a write made; undefined when it left the item as it was, which a stream does not tell. */
export function changeOf(written: Written): Change | undefined {
  const { keys, before, after, at, expired } = written;
  if (digest(before) === digest(after)) return undefined;
  return {
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    keys,
    at,
    ...(before === undefined ? {} : { oldImage: before }),
    ...(after === undefined ? {} : { newImage: after }),
    ...(expired === true ? { expired } : {}),
  };
}

function digest(item: Item | undefined): string {
  if (item === undefined) return '';
  const entries = Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(entries)).digest('base64');
}
