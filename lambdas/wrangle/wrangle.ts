import type { PublicPolicy } from '../../core/redact/policy.ts';
import type { Quarantine } from '../aws/quarantine.ts';
import { type Counts, count } from '../metrics.ts';
import type { IncomingRecord } from './incoming.ts';
import type { Locator } from './locate.ts';
import { type LogPorts, LogWriter } from './log-writer.ts';
import type { Registry } from './sensor.ts';
import { ShardRun } from './shard-run.ts';

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

/** Until when an invocation may work. */
export interface Until {
  /** From this time on, ms since the epoch, no further record is begun. */
  readonly stopAt: number;
  /** Resolves when nothing may be waited for any more. */
  readonly expired: Promise<void>;
}

/** Takes Kinesis records into their shards' logs, each once however often it comes. */
export class Wrangler {
  readonly #ports: WranglePorts;
  readonly #writers = new Map<string, LogWriter>();

  constructor(ports: WranglePorts) {
    this.#ports = ports;
  }

  /**
   * Takes records, in order, until one cannot be taken for now or the time is over. Malformed ones are set aside and stop
   * nothing.
   */
  async take(records: readonly IncomingRecord[], until: Until = forever()): Promise<Wrangled> {
    const counts: Record<string, number> = { records: records.length, segments: 0, events: 0 };
    const groups = byShard(records);
    const left = new Map(groups);
    const failed: string[] = [];
    const work = async (): Promise<'done'> => {
      for (const [shard, own] of groups) {
        const stop = await this.#takeShard(shard, own, { counts, stopAt: until.stopAt });
        left.delete(shard);
        if (stop !== undefined) failed.push(stop);
      }
      return 'done';
    };
    if ((await Promise.race([work(), until.expired])) === 'done') return { failed, counts };
    // What is under way may yet be stored: whoever comes next finds it as it would find another writer's.
    const unfinished = [...left].flatMap(([shard, own]) => this.#firstLeft(shard, own) ?? []);
    this.#writers.clear();
    count(counts, 'out-of-time');
    return { failed: [...failed, ...unfinished], counts: { ...counts } };
  }

  async #takeShard(
    shard: string,
    records: readonly IncomingRecord[],
    { counts, stopAt }: { readonly counts: Record<string, number>; readonly stopAt: number },
  ): Promise<string | undefined> {
    const writer = this.#writers.get(shard) ?? new LogWriter(shard, this.#ports);
    this.#writers.set(shard, writer);
    const stop = await new ShardRun(this.#ports, writer, counts).take(records, stopAt);
    // A writer that failed may not know the head any more.
    if (stop !== undefined && this.#writers.get(shard) === writer) this.#writers.delete(shard);
    return stop;
  }

  #firstLeft(shard: string, records: readonly IncomingRecord[]): string | undefined {
    const writer = this.#writers.get(shard);
    return records.find(({ sequence }) => !writer?.hasTaken(sequence))?.sequence;
  }
}

function forever(): Until {
  return { stopAt: Number.POSITIVE_INFINITY, expired: new Promise(() => {}) };
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
