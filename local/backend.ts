import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SupervisedEmulator } from './emulators/supervised.ts';
import type { FunctionRunner } from './functions/function-runner.ts';
import { readStreams, readTables } from './gateway/definitions.ts';
import { DynamoTable } from './gateway/dynamo-table.ts';
import { EmulatorClient } from './gateway/emulator-client.ts';
import { Expiry } from './gateway/expiry.ts';
import { KinesisStream } from './gateway/kinesis-stream.ts';
import { S3Store } from './gateway/s3-store.ts';
import { ChangeJournal } from './journal/change-journal.ts';
import { Progress } from './journal/progress.ts';
import { RecordJournal } from './journal/record-journal.ts';
import { type MappingDefinition, readMappings } from './mappings/definition.ts';
import { KinesisSource } from './mappings/kinesis-source.ts';
import { Mapping } from './mappings/mapping.ts';
import type { Source } from './mappings/source.ts';
import { TableSource } from './mappings/table-source.ts';
import type { Meter } from './meter.ts';
import type { Resource } from './template/stack.ts';
import { TemplateError } from './template/template-error.ts';

/** kinesis-local keeps all it was given in memory; above this it is replaced by a fresh one. */
const KINESIS_BYTES = 256 * 1024 * 1024;
/** Journals let go of what every reader is done with this often. */
const RELEASE_MS = 5_000;

/** What the backend needs from outside. */
export interface BackendSetting {
  readonly dataDir: string;
  readonly meter: Meter;
  readonly log: (line: string) => void;
}

interface Reader {
  readonly definition: MappingDefinition;
  readonly progress: Progress;
}

/** Streams, tables and buckets on their emulators, with their journals in the data directory. */
export class Backend {
  readonly kinesis = new EmulatorClient('Kinesis_20131202');
  readonly dynamo = new EmulatorClient('DynamoDB_20120810');
  readonly store: S3Store;
  streams: readonly KinesisStream[] = [];
  tables: readonly DynamoTable[] = [];
  readonly #setting: BackendSetting;
  readonly #kinesisHost: SupervisedEmulator;
  readonly #dynamoHost: SupervisedEmulator;
  #readers: readonly Reader[] = [];
  #expiry: Expiry | undefined;
  #releasing: NodeJS.Timeout | undefined;
  #release: Promise<void> | undefined;

  constructor(setting: BackendSetting) {
    const logs = join(setting.dataDir, 'logs');
    mkdirSync(logs, { recursive: true });
    this.#setting = setting;
    this.store = new S3Store(join(setting.dataDir, 's3'));
    this.#kinesisHost = new SupervisedEmulator(
      {
        name: 'kinesis-local',
        host: 'kinesis-host.cjs',
        logPath: join(logs, 'kinesis-local.log'),
      },
      {
        before: () => this.#holdStreams(),
        after: (port) => this.#reopenStreams(port),
        log: setting.log,
      },
    );
    this.#dynamoHost = new SupervisedEmulator(
      {
        name: 'dynalite',
        host: 'dynalite-host.cjs',
        arguments: [join(setting.dataDir, 'dynamodb')],
        logPath: join(logs, 'dynalite.log'),
      },
      {
        before: () => Promise.resolve(),
        after: (port) => this.#reopenTables(port),
        log: setting.log,
      },
    );
  }

  /** Starts both emulators. */
  async start(): Promise<void> {
    const ports = await Promise.all([this.#kinesisHost.start(), this.#dynamoHost.start()]);
    this.kinesis.moveTo(ports[0]);
    this.dynamo.moveTo(ports[1]);
  }

  /** Creates what the template declares, and brings back what an earlier run had not finished. */
  async open(resources: readonly Resource[]): Promise<void> {
    const { dataDir, meter, log } = this.#setting;
    this.#readers = readMappings(resources).map((definition) => ({
      definition,
      progress: new Progress(join(dataDir, 'progress', `${definition.logicalId}.json`)),
    }));
    this.streams = readStreams(resources).map((definition) => {
      const journal = new RecordJournal(join(dataDir, 'journal', definition.name));
      return new KinesisStream(definition, { client: this.kinesis, journal, meter });
    });
    this.tables = readTables(resources).map((definition) => {
      const directory = join(dataDir, 'journal', definition.name);
      const changes = definition.stream === undefined ? undefined : new ChangeJournal(directory);
      return new DynamoTable(definition, { client: this.dynamo, meter, changes });
    });
    const buckets = resources.filter(({ type }) => type === 'AWS::S3::Bucket');
    await Promise.all([
      this.store.open(buckets.map(({ identity }) => identity.ref)),
      ...this.streams.map((stream) => this.#openStream(stream)),
      this.#openTables(),
    ]);
    this.#expiry = new Expiry(this.tables, this.dynamo);
    this.#expiry.start((error) => log(`Removing expired items failed: ${String(error)}`));
    this.#releasing = setInterval(() => this.#releaseOnce(), RELEASE_MS).unref();
  }

  /** The mappings of the template on their functions; `allows` checks a role before reading begins. */
  mappings(
    runner: (functionName: string) => FunctionRunner,
    allows: (runner: FunctionRunner, action: string, resource: string) => void,
  ): Mapping[] {
    const { meter, log } = this.#setting;
    return this.#readers.map(({ definition, progress }) => {
      const target = runner(definition.functionName);
      const source = this.#source(definition, progress);
      for (const action of source.actions) allows(target, action, definition.sourceArn);
      if (definition.failureBucket !== undefined) {
        const folder = `arn:aws:s3:::${definition.failureBucket}/aws/lambda/${definition.id}/shard`;
        allows(target, 's3:PutObject', folder);
      }
      return new Mapping(definition, {
        source,
        runner: target,
        progress,
        store: this.store,
        meter,
        log,
      });
    });
  }

  async stop(): Promise<void> {
    clearInterval(this.#releasing);
    await this.#expiry?.stop();
    await this.#release;
    await this.#letGoOfOld();
    for (const table of this.tables) await table.close();
    for (const stream of this.streams) await stream.journal.close();
    this.kinesis.close();
    this.dynamo.close();
    await Promise.all([this.#kinesisHost.stop(), this.#dynamoHost.stop()]);
  }

  async #holdStreams(): Promise<void> {
    await Promise.all(this.streams.map((stream) => stream.hold()));
  }

  async #reopenStreams(port: number): Promise<void> {
    this.kinesis.moveTo(port);
    for (const stream of this.streams) await this.#openStream(stream);
    for (const stream of this.streams) stream.letGo();
  }

  async #reopenTables(port: number): Promise<void> {
    this.dynamo.moveTo(port);
    for (const table of this.tables) await table.recover();
  }

  async #openStream(stream: KinesisStream): Promise<void> {
    const readers = this.#readersOf(stream.definition.arn);
    for (const { progress } of readers) progress.skipBelow(stream.journal.first);
    const again = await stream.open((index) =>
      readers.some(({ progress }) => !progress.isDone(index)),
    );
    if (again > 0)
      this.#setting.log(`${again} records that were not yet consumed are in the stream again.`);
  }

  async #openTables(): Promise<void> {
    const existing = new Set<string>();
    let from: unknown;
    do {
      const page = await this.dynamo.call('ListTables', { ExclusiveStartTableName: from });
      for (const name of page['TableNames'] as string[]) existing.add(name);
      from = page['LastEvaluatedTableName'];
    } while (from !== undefined);
    for (const table of this.tables) {
      const recovered = await table.open(existing);
      if (recovered > 0)
        this.#setting.log(
          `${recovered} writes of ${table.definition.name} were cut and looked up.`,
        );
      for (const { progress } of this.#readersOf(table.definition.stream?.arn)) {
        progress.skipBelow(table.changes?.first ?? 1);
      }
    }
  }

  #source(definition: MappingDefinition, progress: Progress): Source {
    const stream = this.streams.find((other) => other.definition.arn === definition.sourceArn);
    if (stream !== undefined) return new KinesisSource(stream, progress);
    const table = this.tables.find(
      (other) => other.definition.stream?.arn === definition.sourceArn,
    );
    if (table !== undefined) return new TableSource(table, progress);
    throw new TemplateError(
      `${definition.logicalId} reads ${definition.sourceArn}, which is not in the template.`,
    );
  }

  #readersOf(arn: string | undefined): readonly Reader[] {
    return this.#readers.filter(({ definition }) => definition.sourceArn === arn);
  }

  /** One release at a time: replacing an emulator can take longer than the interval. */
  #releaseOnce(): void {
    if (this.#release !== undefined) return;
    this.#release = this.#letGoOfOld()
      .catch((error: unknown) => this.#setting.log(`Tidying up failed: ${String(error)}`))
      .finally(() => {
        this.#release = undefined;
      });
  }

  async #letGoOfOld(): Promise<void> {
    const held = this.streams.reduce((sum, stream) => sum + stream.heldBytes, 0);
    if (held > KINESIS_BYTES && !this.streams.some((stream) => stream.resharded)) {
      this.#setting.log('kinesis-local has grown large and is replaced by a fresh one.');
      await this.#kinesisHost.replace();
    }
    for (const { definition, journal } of this.streams) {
      await journal.releaseBelow(this.#lowest(definition.arn, journal.last));
    }
    for (const { definition, changes } of this.tables) {
      if (changes !== undefined) {
        await changes.releaseBelow(this.#lowest(definition.stream?.arn, changes.last));
      }
    }
  }

  /** Lowest index some reader still needs. */
  #lowest(arn: string | undefined, last: number): number {
    const needed = this.#readersOf(arn).map(({ progress }) => progress.through + 1);
    return Math.min(last + 1, ...needed);
  }
}
