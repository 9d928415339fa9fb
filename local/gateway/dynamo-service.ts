import type { Item } from '../journal/change-journal.ts';
import type { Meter } from '../meter.ts';
import { AwsError } from './aws-error.ts';
import { type Answer, type Call, jsonAnswer, jsonBody, type Service } from './call.ts';
import type { DynamoTable } from './dynamo-table.ts';
import type { EmulatorAnswer, EmulatorClient } from './emulator-client.ts';

type Body = Record<string, unknown>;

const WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);
const READS = new Set(['GetItem', 'Query', 'Scan', 'BatchGetItem']);
const BATCH_WRITE_LIMIT = 25;
/** How far from an end of an answer its figures are. */
const END_BYTES = 300;

/** DynamoDB as the gateway answers it: writes to tables with a stream keep their changes, the rest passes through. */
export class DynamoService implements Service {
  readonly errors = 'json';
  readonly #tables: () => readonly DynamoTable[];
  readonly #client: EmulatorClient;
  readonly #meter: Meter;

  constructor(tables: () => readonly DynamoTable[], client: EmulatorClient, meter: Meter) {
    this.#tables = tables;
    this.#client = client;
    this.#meter = meter;
  }

  async answer(call: Call): Promise<Answer> {
    const body = jsonBody(call);
    this.#meter.add('dynamodb.requests');
    if (call.action === 'ListTables') {
      call.authorize('dynamodb:ListTables', '*');
    } else if (isBatch(body)) {
      for (const name of Object.keys(body['RequestItems'] as Body)) {
        call.authorize(`dynamodb:${call.action}`, this.#table(name).definition.arn);
      }
    } else {
      call.authorize(`dynamodb:${call.action}`, this.#resource(body));
    }
    if (call.action === 'BatchWriteItem') return this.#batchWrite(call, body);
    if (WRITES.has(call.action)) return this.#write(call, body);
    return this.#pass(call.action, call.body);
  }

  async #write(call: Call, body: Body): Promise<Answer> {
    const table = this.#table(String(body['TableName']));
    const item = body['Item'] as Item | undefined;
    const keys = item === undefined ? (body['Key'] as Item | undefined) : table.keysOf(item);
    let answer: Answer | undefined;
    const make = async (): Promise<boolean> => {
      answer = await this.#pass(call.action, call.body);
      return answer.status === 200;
    };
    if (keys === undefined || Object.values(keys).includes(undefined)) await make();
    else await table.write({ keys, make, ...(item === undefined ? {} : { item }) });
    if (answer === undefined) throw new Error('A write was not made.');
    return answer.status === 400 ? this.#withItem(answer, { body, table, keys }) : answer;
  }

  /** The emulator leaves `Item` out of a failed condition, whatever ReturnValuesOnConditionCheckFailure says. */
  async #withItem(
    answer: Answer,
    write: { body: Body; table: DynamoTable; keys: Item | undefined },
  ): Promise<Answer> {
    const wanted = write.body['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD';
    const error = JSON.parse(String(answer.body)) as Body;
    const failed = String(error['__type']).endsWith('ConditionalCheckFailedException');
    if (!wanted || !failed || write.keys === undefined) return answer;
    const item = await write.table.read(write.keys);
    return jsonAnswer(item === undefined ? error : { ...error, Item: item }, 400);
  }

  /** Each write of the batch is made by itself, so that each has its change. */
  async #batchWrite(call: Call, body: Body): Promise<Answer> {
    const requests = Object.entries((body['RequestItems'] ?? {}) as Record<string, Body[]>);
    const total = requests.reduce((sum, [, writes]) => sum + writes.length, 0);
    const streamless = requests.every(([name]) => this.#table(name).changes === undefined);
    if (streamless || total > BATCH_WRITE_LIMIT) return this.#pass(call.action, call.body);
    for (const [name, writes] of requests) {
      for (const write of writes) await this.#writeOne(this.#table(name), write);
    }
    return jsonAnswer({ UnprocessedItems: {} });
  }

  async #writeOne(table: DynamoTable, request: Body): Promise<void> {
    const put = request['PutRequest'] as { Item: Item } | undefined;
    const remove = request['DeleteRequest'] as { Key: Item } | undefined;
    const TableName = table.definition.name;
    const keys = put === undefined ? remove?.Key : table.keysOf(put.Item);
    if (keys === undefined)
      throw new AwsError('ValidationException', 'A batch entry has no request.');
    const make = async (): Promise<boolean> => {
      if (put === undefined) await this.#client.call('DeleteItem', { TableName, Key: keys });
      else await this.#client.call('PutItem', { TableName, Item: put.Item });
      return true;
    };
    await table.write({ keys, make, ...(put === undefined ? {} : { item: put.Item }) });
  }

  async #pass(action: string, body: Buffer): Promise<Answer> {
    const metered = WRITES.has(action) || READS.has(action) || action === 'BatchWriteItem';
    const answer = await this.#client.pass(action, metered ? askingForCapacity(body) : body);
    if (metered) this.#count(READS.has(action) ? 'rru' : 'wru', answer);
    return { ...answer, headers: { 'content-type': 'application/x-amz-json-1.0' } };
  }

  #count(unit: 'rru' | 'wru', answer: EmulatorAnswer): void {
    for (const { table, units } of capacity(answer)) {
      this.#meter.add(`dynamodb.${unit}`, units);
      this.#meter.add(`dynamodb.${table}.${unit}`, units);
    }
  }

  #resource(body: Body): string {
    const { arn } = this.#table(String(body['TableName'])).definition;
    return body['IndexName'] === undefined ? arn : `${arn}/index/${String(body['IndexName'])}`;
  }

  #table(nameOrArn: string): DynamoTable {
    const table = this.#tables().find(
      ({ definition }) => definition.name === nameOrArn || definition.arn === nameOrArn,
    );
    if (table !== undefined) return table;
    throw new AwsError(
      'ResourceNotFoundException',
      `Requested resource not found: Table: ${nameOrArn} not found`,
    );
  }
}

function isBatch(body: Body): boolean {
  return typeof body['RequestItems'] === 'object' && body['RequestItems'] !== null;
}

/** Splices the request for capacity figures into a JSON body. */
function askingForCapacity(body: Buffer): Buffer {
  const end = body.lastIndexOf('}');
  if (end < 0 || body.includes('"ReturnConsumedCapacity"')) return body;
  const asked = Buffer.from(',"ReturnConsumedCapacity":"TOTAL"}');
  return Buffer.concat([body.subarray(0, end), asked]);
}

/** The emulator writes the figures at one end of its answer; the middle can be megabytes of items. */
function capacity(answer: EmulatorAnswer): { readonly table: string; readonly units: number }[] {
  const { body } = answer;
  const ends =
    body.length <= 2 * END_BYTES
      ? body.toString('latin1')
      : `${body.toString('latin1', 0, END_BYTES)} ${body.toString('latin1', body.length - END_BYTES)}`;
  return [...ends.matchAll(/\{[^{}]*"CapacityUnits":[^{}]*\}/g)].map(([figures]) => ({
    table: /"TableName":"([^"]*)"/.exec(figures)?.[1] ?? '',
    units: Number(/"CapacityUnits":([\d.]+)/.exec(figures)?.[1] ?? 0),
  }));
}
