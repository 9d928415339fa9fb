import type { Item } from '../journal/change-journal.ts';
import type { DynamoTable } from './dynamo-table.ts';
import type { EmulatorClient } from './emulator-client.ts';

const SWEEP_MS = 10 * 60_000;
/** Items read at a time, so that a sweep never holds up other calls for long. */
const PAGE = 50;

/** Deletes items whose time of expiry is past, as DynamoDB does within days; the emulator has no such thing. */
export class Expiry {
  readonly #tables: readonly DynamoTable[];
  readonly #client: EmulatorClient;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(tables: readonly DynamoTable[], client: EmulatorClient) {
    this.#tables = tables.filter((table) => table.definition.expiryAttribute !== undefined);
    this.#client = client;
  }

  start(onError: (error: unknown) => void): void {
    this.#timer = setInterval(() => {
      this.#sweeping = this.sweep(Date.now()).catch(onError);
    }, SWEEP_MS).unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  /** Goes through all tables once; gives the number of items deleted. */
  async sweep(now: number): Promise<number> {
    let deleted = 0;
    for (const table of this.#tables)
      deleted += await this.#sweepTable(table, Math.floor(now / 1000));
    return deleted;
  }

  async #sweepTable(table: DynamoTable, seconds: number): Promise<number> {
    const { name, keyNames, expiryAttribute } = table.definition;
    const names = Object.fromEntries(
      [...keyNames, expiryAttribute].map((key, at) => [`#n${at}`, key]),
    );
    let deleted = 0;
    let from: unknown;
    do {
      const page = await this.#client.call('Scan', {
        TableName: name,
        Limit: PAGE,
        ExclusiveStartKey: from,
        ProjectionExpression: Object.keys(names).join(', '),
        FilterExpression: `#n${keyNames.length} < :now`,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: { ':now': { N: String(seconds) } },
      });
      for (const item of (page['Items'] ?? []) as Item[]) {
        await this.#remove(table, table.keysOf(item));
        deleted += 1;
      }
      from = page['LastEvaluatedKey'];
    } while (from !== undefined && !this.#stopped);
    return deleted;
  }

  #remove(table: DynamoTable, keys: Item): Promise<void> {
    const make = async (): Promise<boolean> => {
      await this.#client.call('DeleteItem', { TableName: table.definition.name, Key: keys });
      return true;
    };
    return table.write({ keys, make, expired: true });
  }
}
