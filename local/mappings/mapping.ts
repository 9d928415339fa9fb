import type { FunctionRunner } from '../functions/function-runner.ts';
import type { S3Store } from '../gateway/s3-store.ts';
import type { Progress } from '../journal/progress.ts';
import type { Meter } from '../meter.ts';
import { type BatchPorts, type GiveUp, runBatch, type SourceRecord } from './batch.ts';
import type { MappingDefinition } from './definition.ts';
import { failureRecord } from './failure-record.ts';
import { passesFilters } from './filter.ts';
import type { Lane, Source } from './source.ts';

/** AWS polls Kinesis about once and DynamoDB streams about four times a second. */
export const POLL_MS = 150;
/** Invocation payload limit, less what the event's frame takes. */
const EVENT_BYTES = 6 * 1024 * 1024 - 4096;
const MAX_PAUSE_MS = 10_000;

/** What a mapping is made of. */
export interface MappingParts {
  readonly source: Source;
  readonly runner: FunctionRunner;
  readonly progress: Progress;
  readonly store: S3Store;
  readonly meter: Meter;
  readonly log: (line: string) => void;
}

/** One event source mapping: reads its source, batches, invokes, and keeps how far it is. */
export class Mapping {
  readonly definition: MappingDefinition;
  readonly #parts: MappingParts;
  readonly #running = new Map<Lane, Promise<void>>();
  #stopping = false;
  #watching: Promise<void> | undefined;
  #busy = 0;
  #hurried = false;

  constructor(definition: MappingDefinition, parts: MappingParts) {
    this.definition = definition;
    this.#parts = parts;
  }

  start(): void {
    this.#watching = this.#watch();
  }

  /** Whether everything the source holds has been through the function. */
  get idle(): boolean {
    return this.#busy === 0 && this.#parts.source.isRead(this.#parts.progress.through);
  }

  /** From now on no batch waits for its window to end: the runtime is about to stop. */
  hurry(): void {
    this.#hurried = true;
  }

  /** Stops after the invocations under way. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#watching;
    await Promise.all(this.#running.values());
  }

  /** Starts a loop for each lane; children of a closed shard come when their parent is read. */
  async #watch(): Promise<void> {
    while (!this.#stopping) {
      const lanes = await this.#parts.source.lanes().catch((error: unknown) => this.#unread(error));
      for (const lane of lanes) {
        if (this.#running.has(lane)) continue;
        const loop = this.#read(lane).finally(() => this.#running.delete(lane));
        this.#running.set(lane, loop);
      }
      await this.#whileLanesRun();
    }
  }

  async #whileLanesRun(): Promise<void> {
    const lanes = this.#running.size;
    while (!this.#stopping && lanes > 0 && this.#running.size === lanes) await pause(POLL_MS);
    if (lanes === 0) await pause(POLL_MS);
  }

  async #read(lane: Lane): Promise<void> {
    let held: readonly SourceRecord[] = [];
    let since = 0;
    while (!this.#stopping && !(lane.ended && held.length === 0)) {
      const wanted = this.definition.batchSize - held.length;
      const fresh = wanted > 0 ? await this.#take(lane, wanted) : [];
      if (held.length === 0) since = Date.now();
      held = [...held, ...fresh];
      const full = held.length >= this.definition.batchSize || sizeOf(held) >= EVENT_BYTES;
      const windowMs = this.#hurried ? 0 : this.definition.windowMs;
      if (held.length > 0 && (full || Date.now() - since >= windowMs)) {
        const batch = fitting(held);
        await this.#run(lane, batch);
        held = held.slice(batch.length);
      } else {
        await pause(POLL_MS);
      }
    }
  }

  async #take(lane: Lane, limit: number): Promise<readonly SourceRecord[]> {
    try {
      const { records, passed } = await lane.take(limit);
      const fitting = records.filter((record) =>
        passesFilters(this.definition.filters, record.event),
      );
      const others = records.filter((record) => !fitting.includes(record));
      const done = [...passed, ...others.map((record) => record.index)];
      if (done.length > 0) await this.#parts.progress.finish(done);
      return fitting;
    } catch (error) {
      return this.#unread(error);
    }
  }

  async #unread(error: unknown): Promise<never[]> {
    if (this.#stopping) return [];
    const why = error instanceof Error ? error.message : String(error);
    this.#parts.meter.add('mapping.readErrors');
    this.#parts.log(`${this.definition.logicalId} cannot read its source and tries again: ${why}`);
    await pause(1000);
    return [];
  }

  async #run(lane: Lane, batch: readonly SourceRecord[]): Promise<void> {
    this.#busy += 1;
    try {
      await runBatch(batch, this.definition, this.#ports(lane));
    } finally {
      this.#busy -= 1;
    }
  }

  #ports(lane: Lane): BatchPorts {
    const { runner, progress, meter } = this.#parts;
    return {
      invoke: (records) => runner.invoke({ Records: records.map((record) => record.event) }),
      finished: async (records) => {
        if (records.length === 0) return;
        await progress.finish(records.map((record) => record.index));
        meter.add(`mapping.${runner.definition.logicalId}.records`, records.length);
      },
      gaveUp: (records, why, tries) => this.#giveUp(lane, records, { why, tries }),
      now: Date.now,
      pause: (retry) => this.#pause(Math.min(MAX_PAUSE_MS, 100 * 2 ** (retry - 1))),
      stopping: () => this.#stopping,
    };
  }

  /** A pause that ends early when the mapping is stopped. */
  async #pause(ms: number): Promise<void> {
    const until = Date.now() + ms;
    while (!this.#stopping && Date.now() < until) await pause(Math.min(50, until - Date.now()));
  }

  async #giveUp(
    lane: Lane,
    records: readonly SourceRecord[],
    { why, tries }: { why: GiveUp; tries: number },
  ): Promise<void> {
    const { runner, source, store, meter, log } = this.#parts;
    const functionId = runner.definition.logicalId;
    meter.add(`mapping.${functionId}.gaveUp`, records.length);
    log(`${functionId}: ${records.length} records given up: ${why} after ${tries} tries.`);
    const bucket = this.definition.failureBucket;
    if (bucket === undefined) return;
    const { key, body } = failureRecord({
      mapping: this.definition,
      source,
      functionArn: runner.definition.arn,
      shard: lane.shard,
      records,
      why,
      tries,
      at: Date.now(),
    });
    const headers = { 'content-type': 'application/json' };
    await store.put(bucket, key, { body: Buffer.from(body), headers });
  }
}

function sizeOf(records: readonly SourceRecord[]): number {
  return records.reduce((sum, record) => sum + record.bytes, 0);
}

/** As many of the first records as one event may hold; at least one. */
function fitting(records: readonly SourceRecord[]): readonly SourceRecord[] {
  let bytes = 0;
  let count = 0;
  for (const record of records) {
    bytes += record.bytes;
    if (count > 0 && bytes > EVENT_BYTES) break;
    count += 1;
  }
  return records.slice(0, count);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
