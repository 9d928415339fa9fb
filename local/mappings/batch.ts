import type { Outcome } from '../functions/function-process.ts';

/** A record on its way to a function. */
export interface SourceRecord {
  /** Index in the source's journal. */
  readonly index: number;
  readonly sequence: string;
  /** When it came to the source, ms since the epoch. */
  readonly at: number;
  /** Its element of the event's `Records`. */
  readonly event: unknown;
  /** Bytes it takes in the event. */
  readonly bytes: number;
}

/** How failures are dealt with. */
export interface BatchPolicy {
  readonly maxRetries: number;
  readonly maxAgeMs: number;
  readonly bisect: boolean;
  readonly partialFailures: boolean;
}

/** Why records were given up; the words are Lambda's. */
export type GiveUp = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

/** What running a batch needs from outside. */
export interface BatchPorts {
  invoke(records: readonly SourceRecord[]): Promise<Outcome>;
  /** The records need not be read again. */
  finished(records: readonly SourceRecord[]): Promise<void>;
  gaveUp(records: readonly SourceRecord[], why: GiveUp, tries: number): Promise<void>;
  now(): number;
  /** Waits before the n-th retry. */
  pause(retry: number): Promise<void>;
  /** The runtime is stopping: what is not finished stays for the next start. */
  stopping(): boolean;
}

interface Work {
  readonly records: readonly SourceRecord[];
  readonly failures: number;
}

/**
 * Runs a batch until every record is finished or given up, in order.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export async function runBatch(
  records: readonly SourceRecord[],
  policy: BatchPolicy,
  ports: BatchPorts,
): Promise<void> {
  const stack: Work[] = [{ records, failures: 0 }];
  while (!ports.stopping()) {
    const work = stack.pop();
    if (work === undefined) return;
    const young = await withoutExpired(work, policy, ports);
    if (young.length === 0) continue;
    const outcome = await ports.invoke(young);
    const failedAt = firstFailure(outcome, young, policy.partialFailures);
    await ports.finished(young.slice(0, failedAt));
    if (failedAt === young.length) continue;
    const rest = young.slice(failedAt);
    if (policy.bisect && !outcome.ok && rest.length > 1) {
      stack.push(...halves(rest, work.failures));
      continue;
    }
    const failures = failedAt > 0 ? 1 : work.failures + 1;
    if (failures > policy.maxRetries) {
      await ports.gaveUp(rest, 'RetryAttemptsExhausted', failures);
      await ports.finished(rest);
      continue;
    }
    await ports.pause(failures);
    stack.push({ records: rest, failures });
  }
}

/** Splitting is not counted as a retry. */
function halves(records: readonly SourceRecord[], failures: number): Work[] {
  const middle = Math.ceil(records.length / 2);
  return [
    { records: records.slice(middle), failures },
    { records: records.slice(0, middle), failures },
  ];
}

async function withoutExpired(
  work: Work,
  policy: BatchPolicy,
  ports: BatchPorts,
): Promise<readonly SourceRecord[]> {
  const oldest = ports.now() - policy.maxAgeMs;
  const expired = work.records.filter((record) => record.at < oldest);
  if (expired.length === 0) return work.records;
  await ports.gaveUp(expired, 'RecordAgeExceeded', work.failures);
  await ports.finished(expired);
  return work.records.filter((record) => record.at >= oldest);
}

/** Index of the first record that failed; the number of records when none did. */
function firstFailure(
  outcome: Outcome,
  records: readonly SourceRecord[],
  partialFailures: boolean,
): number {
  if (!outcome.ok) return 0;
  if (!partialFailures) return records.length;
  const failures = reportedFailures(outcome.payload);
  if (failures === undefined) return 0;
  let lowest = records.length;
  for (const sequence of failures) {
    const at = records.findIndex((record) => record.sequence === sequence);
    // An identifier that is not in the batch makes the whole batch a failure.
    lowest = Math.min(lowest, Math.max(at, 0));
  }
  return lowest;
}

/** Identifiers of the failed items; undefined when the answer makes no sense, which is a whole failure. */
function reportedFailures(payload: string): readonly string[] | undefined {
  const answer = JSON.parse(payload) as { batchItemFailures?: unknown } | null;
  const list = answer?.batchItemFailures ?? [];
  if (!Array.isArray(list)) return undefined;
  return list.map((item: { itemIdentifier?: unknown } | null) =>
    String(item?.itemIdentifier ?? ''),
  );
}
