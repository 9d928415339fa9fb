import { openEnvelope } from '../../core/batch/envelope.ts';
import { LIMITS } from '../../core/limits.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { count } from '../metrics.ts';
import { type EnrichedBatch, enrich } from './enrich.ts';
import type { IncomingRecord } from './incoming.ts';
import type { LogWriter } from './log-writer.ts';
import { type BatchError, openBatch, type SignedBatch } from './open-batch.ts';
import type { Outcome } from './outcome.ts';
import { PackError, type Packing } from './pack.ts';
import { DUPLICATE } from './select.ts';
import type { WranglePorts } from './wrangle.ts';

type HowToPack = Omit<Packing, 'tryRows'>;

/** One invocation's records of one shard. */
export class ShardRun {
  readonly #ports: WranglePorts;
  readonly #writer: LogWriter;
  readonly #counts: Record<string, number>;
  #pending: Outcome[] = [];
  #rows = 0;

  /** What happens is added to `counts`. */
  constructor(ports: WranglePorts, writer: LogWriter, counts: Record<string, number>) {
    this.#ports = ports;
    this.#writer = writer;
    this.#counts = counts;
  }

  /**
   * Takes records in order; none is begun at `stopAt` (ms) or later. Sequence number of the first that was not taken in,
   * undefined when all were.
   */
  async take(records: readonly IncomingRecord[], stopAt: number): Promise<string | undefined> {
    const first = await this.#guard('reading the log', () => this.#writer.open());
    if (first !== 'done') return records[0]?.sequence;
    for (const record of records) {
      if (this.#writer.hasTaken(record.sequence)) {
        count(this.#counts, 'redelivered');
        continue;
      }
      if (this.#ports.now() >= stopAt) {
        count(this.#counts, 'out-of-time');
        return (await this.#flush()) ?? record.sequence;
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
      await this.#append(outcomes, { policy, databases: locator.databases(), at });
    });
    this.#pending = [];
    this.#rows = 0;
    const taken = outcomes.filter(({ sequence }) => this.#writer.hasTaken(sequence));
    for (const outcome of taken) this.#count(outcome);
    if (appended === 'done') return undefined;
    return outcomes[taken.length]?.sequence;
  }

  async #append(outcomes: Outcome[], packing: HowToPack): Promise<void> {
    try {
      count(this.#counts, 'segments', await this.#writer.append(outcomes, packing));
    } catch (error) {
      if (!(error instanceof PackError)) throw error;
      await this.#appendApart(outcomes, packing);
    }
  }

  /**
   * Appends each batch alone, so that the one that no segment can be made of is found. It is set aside, as it would stop
   * the shard for ever: the next time it would be the same.
   */
  async #appendApart(outcomes: Outcome[], packing: HowToPack): Promise<void> {
    for (const [i, outcome] of outcomes.entries()) {
      try {
        count(this.#counts, 'segments', await this.#writer.append([outcome], packing));
      } catch (error) {
        if (!(error instanceof PackError && outcome.accepted)) throw error;
        this.#ports.onError('making a segment', error.cause);
        const refused = await this.#refuse(outcome.record, 'wrangle-error', String(error.cause));
        outcomes[i] = refused;
        count(this.#counts, 'segments', await this.#writer.append([refused], packing));
      }
    }
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
    if (stands === 'held') return { sequence, record, counters: { [DUPLICATE.held]: 1 } };
    // These may hold events that are nowhere else.
    if (stands !== 'new') return this.#refuse(record, DUPLICATE[stands], header.boot);
    if (this.#writer.isFull(header.probe)) return this.#refuse(record, 'log-full', header.probe);
    return this.#accept(record, opened.value);
  }

  async #accept(record: IncomingRecord, batch: SignedBatch): Promise<Outcome> {
    const { sequence } = record;
    const made = this.#rowsOf(record, batch);
    if (!made.ok) return this.#refuse(record, made.reason, made.detail);
    const { header } = batch;
    const rows = made.value;
    this.#writer.expect(header, this.#ports.now());
    return { sequence, record, counters: rows.counters, accepted: { header, rows } };
  }

  #rowsOf(
    { arrivedAt }: IncomingRecord,
    { header, sensor, events }: SignedBatch,
  ): Result<EnrichedBatch, BatchError | 'wrangle-error'> {
    try {
      const decoded = events();
      if (!decoded.ok) return decoded;
      return ok(enrich({ header, sensor, events: decoded.value, arrivedAt }, this.#ports.locator));
    } catch (error) {
      // Whatever it is, it will be the same the next time.
      this.#ports.onError('enriching a batch', error);
      return fail('wrangle-error', String(error));
    }
  }

  async #refuse(record: IncomingRecord, reason: string, detail = ''): Promise<Outcome> {
    const opened = openEnvelope(record.bytes);
    const probe = opened.ok ? opened.value.header.probe : '';
    await this.#ports.quarantine.put({ ...record, probe, reason, detail });
    count(this.#counts, 'quarantined');
    return { sequence: record.sequence, record, counters: { [reason]: 1 } };
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
