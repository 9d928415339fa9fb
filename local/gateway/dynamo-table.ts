import { type Change, type ChangeJournal, changeOf, type Item } from '../journal/change-journal.ts';
import type { Meter } from '../meter.ts';
import type { EmulatorClient } from './emulator-client.ts';

/** A table as the template declares it. */
export interface TableDefinition {
  readonly name: string;
  readonly arn: string;
  /** Names of the partition key and, if there is one, the sort key. */
  readonly keyNames: readonly string[];
  /** What the emulator's CreateTable takes. */
  readonly create: Readonly<Record<string, unknown>>;
  readonly stream?: { readonly arn: string; readonly viewType: string };
  /** Attribute with the time of expiry, in seconds since the epoch. */
  readonly expiryAttribute?: string;
}

/** One write on its way to the emulator. */
export interface Write {
  readonly keys: Item;
  /** The item as it will be: a put knows it, an update does not. */
  readonly item?: Item;
  readonly expired?: boolean;
  /** Makes the write; false when it changed nothing because it was refused. */
  readonly make: () => Promise<boolean>;
}

/** What a table is made of. */
export interface TableParts {
  readonly client: EmulatorClient;
  readonly meter: Meter;
  /** Only of a table with a stream. */
  readonly changes: ChangeJournal | undefined;
}

/** One DynamoDB table; with a stream, every change is kept on disk before its write is answered. */
export class DynamoTable {
  readonly definition: TableDefinition;
  readonly changes: ChangeJournal | undefined;
  readonly #client: EmulatorClient;
  readonly #meter: Meter;
  #turn: Promise<unknown> = Promise.resolve();
  #changed = 0;

  constructor(definition: TableDefinition, parts: TableParts) {
    this.definition = definition;
    this.#client = parts.client;
    this.#meter = parts.meter;
    this.changes = parts.changes;
  }

  /** Grows with every change: a reader of the stream sees that there is something new. */
  get changed(): number {
    return this.#changed;
  }

  /** Creates the table if it is not there, and makes up for changes a crash has swallowed. */
  async open(existing: ReadonlySet<string>): Promise<number> {
    if (!existing.has(this.definition.name)) {
      await this.#client.call('CreateTable', this.definition.create);
    }
    return this.recover();
  }

  /** Makes up for the changes of writes that were cut; gives their number. */
  recover(): Promise<number> {
    const done = this.#turn.then(async () => {
      const recovered = (await this.changes?.recover((keys) => this.read(keys), Date.now())) ?? 0;
      this.#changed += recovered;
      return recovered;
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Reads an item, strongly consistent. */
  async read(keys: Item): Promise<Item | undefined> {
    const answer = await this.#client.call('GetItem', {
      TableName: this.definition.name,
      Key: keys,
      ConsistentRead: true,
    });
    return answer['Item'] as Item | undefined;
  }

  /** Makes a write; on a table with a stream one at a time, with its change kept. */
  write(write: Write): Promise<void> {
    const { changes } = this;
    if (changes === undefined) return write.make().then(() => undefined);
    const done = this.#turn.then(() => this.#writeWithChange(write, changes));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** The key attributes of an item. */
  keysOf(item: Item): Item {
    return Object.fromEntries(this.definition.keyNames.map((name) => [name, item[name]]));
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.changes?.close();
  }

  async #writeWithChange(write: Write, changes: ChangeJournal): Promise<void> {
    const { keys } = write;
    const before = await this.read(keys);
    const intent = await changes.announce({ keys, before });
    const made = await write.make();
    const change = made ? await this.#changeAfter(write, before) : undefined;
    await changes.conclude(intent, change);
    if (change === undefined) return;
    this.#changed += 1;
    this.#meter.add('dynamodb.streamRecords');
  }

  async #changeAfter(write: Write, before: Item | undefined): Promise<Change | undefined> {
    const { keys, item, expired } = write;
    const after = item ?? (await this.read(keys));
    return changeOf({ keys, before, after, at: Date.now(), ...(expired ? { expired } : {}) });
  }
}
