import { LIMITS } from '../../core/limits.ts';
import type { PublicPolicy } from '../../core/redact/policy.ts';
import type { Quarantine } from '../aws/quarantine.ts';
import { type Counts, count } from '../metrics.ts';
import { type EnrichedBatch, enrich } from './enrich.ts';
import type { Locator } from './locate.ts';
import { type LogPorts, LogWriter } from './log-writer.ts';
import { openBatch, type SignedBatch } from './open-batch.ts';
import type { Outcome } from './outcome.ts';
import { DUPLICATE } from './select.ts';
import type { Registry } from './sensor.ts';

/** One Kinesis record. */
export interface IncomingRecord {
  readonly shard: string;
  /** Kinesis sequence number: within a shard, later records have higher ones. */
  readonly sequence: string;
  readonly bytes: Uint8Array;
  /** When Kinesis took it, ms since the epoch. */
  readonly arrivedAt: number;
}

/** What wrangle works with. */
export interface WranglePorts extends LogPorts {
  readonly registry: Registry;
  readonly quarantine: Quarantine;
  readonly locator: Locator;
  /** What the public gets of a segment of a time, ms. Throws when what it is made of cannot be read. */
  policy(at: number): Promise<PublicPolicy>;
  now(): number;
  onError(doing: string, error: unknown): void;
}

/** What became of an invocation. */
export interface Wrangled {
  /** First record, by shard, that was not taken in: it and those after it have to come again. */
  readonly failed: readonly string[];
  readonly counts: Counts;
}

/** Takes Kinesis records into their shards' logs, each once however often it comes. */
export class Wrangler {
  readonly #ports: WranglePorts;
  readonly #writers = new Map<string, LogWriter>();

  constructor(ports: WranglePorts) {
    this.#ports = ports;
  }

  /** Takes records, in order, until one cannot be taken for now. Malformed ones are set aside and stop nothing. */
  async take(records: readonly IncomingRecord[]): Promise<Wrangled> {
    const counts: Record<string, number> = { records: records.length, segments: 0, events: 0 };
    const failed: string[] = [];
    for (const [shard, own] of byShard(records)) {
      const writer = this.#writers.get(shard) ?? new LogWriter(shard, this.#ports);
      const run = new ShardRun(this.#ports, writer, counts);
      const stop = await run.take(own);
      // A writer that failed may not know the head any more.
      if (stop === undefined) this.#writers.set(shard, writer);
      else this.#writers.delete(shard);
      if (stop !== undefined) failed.push(stop);
    }
    return { failed, counts };
  }
}

function byShard(records: readonly IncomingRecord[]): ReadonlyMap<string, IncomingRecord[]> {
  const groups = new Map<string, IncomingRecord[]>();
  for (const record of records) {
    const group = groups.get(record.shard);
    if (group === undefined) groups.set(record.shard, [record]);
    else group.push(record);
  }
  return groups;
}

/** One invocation's records of one shard. */
class ShardRun {
  readonly #ports: WranglePorts;
  readonly #writer: LogWriter;
  readonly #counts: Record<string, number>;
  #pending: Outcome[] = [];
  #rows = 0;

  constructor(ports: WranglePorts, writer: LogWriter, counts: Record<string, number>) {
    this.#ports = ports;
    this.#writer = writer;
    this.#counts = counts;
  }

  /** Sequence number of the first record that was not taken in, undefined when all were. */
  async take(records: readonly IncomingRecord[]): Promise<string | undefined> {
    const first = await this.#guard('reading the log', () => this.#writer.open());
    if (first !== 'done') return records[0]?.sequence;
    for (const record of records) {
      if (this.#writer.hasTaken(record.sequence)) {
        count(this.#counts, 'redelivered');
        continue;
      }
      const taken = await this.#guard('taking a record', async () => {
        this.#add(await this.#outcome(record));
      });
      if (taken !== 'done') return (await this.#flush()) ?? record.sequence;
      if (this.#rows >= LIMITS.segmentEvents) {
        const failed = await this.#flush();
        if (failed !== undefined) return failed;
      }
    }
    return this.#flush();
  }

  #add(outcome: Outcome): void {
    this.#pending.push(outcome);
    this.#rows += outcome.accepted?.rows.events.length ?? 0;
  }

  /** Appends what is pending; the first sequence number that could not be. */
  async #flush(): Promise<string | undefined> {
    const outcomes = this.#pending;
    const { locator } = this.#ports;
    const appended = await this.#guard('appending to the log', async () => {
      const at = this.#ports.now();
      const policy = await this.#ports.policy(at);
      const databases = locator.databases();
      const segments = await this.#writer.append(outcomes, { policy, databases, at });
      count(this.#counts, 'segments', segments);
    });
    this.#pending = [];
    this.#rows = 0;
    const taken = outcomes.filter(({ sequence }) => this.#writer.hasTaken(sequence));
    for (const outcome of taken) this.#count(outcome);
    if (appended === 'done') return undefined;
    return outcomes[taken.length]?.sequence;
  }

  #count({ accepted, counters }: Outcome): void {
    if (accepted !== undefined) count(this.#counts, 'events', accepted.rows.events.length);
    for (const [name, value] of Object.entries(counters)) count(this.#counts, name, value);
  }

  async #outcome(record: IncomingRecord): Promise<Outcome> {
    const { sequence } = record;
    const opened = await openBatch(record.bytes, this.#ports.registry);
    if (!opened.ok) return this.#refuse(record, opened.reason, opened.detail);
    const { header } = opened.value;
    const stands = await this.#writer.standing(header);
    if (stands === 'held') return { sequence, counters: { [DUPLICATE.held]: 1 } };
    // These may hold events that are nowhere else.
    if (stands !== 'new') return this.#refuse(record, DUPLICATE[stands], header.boot);
    if (this.#writer.isFull(header.probe)) return this.#refuse(record, 'log-full', header.probe);
    return this.#accept(record, opened.value);
  }

  async #accept(record: IncomingRecord, { header, sensor, events }: SignedBatch): Promise<Outcome> {
    const decoded = events();
    if (!decoded.ok) return this.#refuse(record, decoded.reason, decoded.detail);
    const batch = { header, sensor, events: decoded.value, arrivedAt: record.arrivedAt };
    let rows: EnrichedBatch;
    try {
      rows = enrich(batch, this.#ports.locator);
    } catch (error) {
      // Whatever it is, it will be the same the next time.
      this.#ports.onError('enriching a batch', error);
      return this.#refuse(record, 'wrangle-error', String(error));
    }
    this.#writer.expect(header, this.#ports.now());
    return { sequence: record.sequence, counters: rows.counters, accepted: { header, rows } };
  }

  async #refuse(record: IncomingRecord, reason: string, detail = ''): Promise<Outcome> {
    const { shard, sequence, bytes } = record;
    await this.#ports.quarantine.put({ shard, sequence, reason, detail, bytes });
    count(this.#counts, 'quarantined');
    return { sequence, counters: { [reason]: 1 } };
  }

  /** Runs what may fail for now; the error is told and the records come again. */
  async #guard(doing: string, work: () => Promise<void>): Promise<'done' | 'failed'> {
    try {
      await work();
      return 'done';
    } catch (error) {
      this.#ports.onError(doing, error);
      return 'failed';
    }
  }
}
