import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../../local/functions/function-process.ts';
import {
  type BatchPolicy,
  type BatchPorts,
  runBatch,
  type SourceRecord,
} from '../../../../local/mappings/batch.ts';

const POLICY: BatchPolicy = {
  maxRetries: 2,
  maxAgeMs: 60_000,
  bisect: false,
  partialFailures: true,
};
const OK: Outcome = { ok: true, payload: '{"batchItemFailures":[]}' };
const ERROR: Outcome = { ok: false, error: { errorType: 'Error', errorMessage: 'no' } };

const failing = (...names: string[]): Outcome => ({
  ok: true,
  payload: JSON.stringify({
    batchItemFailures: names.map((itemIdentifier) => ({ itemIdentifier })),
  }),
});
const batch = (names: string, at = 0): SourceRecord[] =>
  [...names].map((sequence, index) => ({ index, sequence, at, event: {}, bytes: 1 }));
const names = (records: readonly SourceRecord[]): string =>
  records.map(({ sequence }) => sequence).join('');

/** Runs a batch against a function and writes down what happened, in order. */
async function play(
  records: readonly SourceRecord[],
  policy: Partial<BatchPolicy>,
  invoke: (given: string, call: number) => Outcome,
): Promise<string[]> {
  const diary: string[] = [];
  let calls = 0;
  const ports: BatchPorts = {
    invoke: async (given) => {
      diary.push(`call ${names(given)}`);
      calls += 1;
      return invoke(names(given), calls);
    },
    finished: async (done) => void (done.length > 0 && diary.push(`done ${names(done)}`)),
    gaveUp: async (given, why, tries) =>
      void diary.push(`gave up ${names(given)}: ${why} after ${tries}`),
    now: () => 1000,
    pause: async (retry) => void diary.push(`pause ${retry}`),
    stopping: () => calls > 50,
  };
  await runBatch(records, { ...POLICY, ...policy }, ports);
  return diary;
}

describe('runBatch', () => {
  it('is done with a batch that succeeds', async () => {
    expect(await play(batch('abc'), {}, () => OK)).toEqual(['call abc', 'done abc']);
  });

  it('goes on from the lowest failed record, whatever the order they are reported in', async () => {
    const diary = await play(batch('abcde'), {}, (_, call) =>
      call === 1 ? failing('d', 'c') : OK,
    );

    expect(diary).toEqual(['call abcde', 'done ab', 'pause 1', 'call cde', 'done cde']);
  });

  it.each<[string, Outcome]>([
    ['an identifier that is not in the batch', failing('z')],
    ['an empty identifier', failing('')],
    ['an answer that is no list', { ok: true, payload: '{"batchItemFailures":"x"}' }],
    ['an error', ERROR],
  ])('takes %s for a failure of the whole batch', async (_, outcome) => {
    const diary = await play(batch('ab'), {}, (_given, call) => (call === 1 ? outcome : OK));

    expect(diary).toEqual(['call ab', 'pause 1', 'call ab', 'done ab']);
  });

  it.each(['null', '{}', '{"batchItemFailures":null}'])(
    'takes the answer %s for success',
    async (payload) => {
      expect(await play(batch('a'), {}, () => ({ ok: true, payload }))).toEqual([
        'call a',
        'done a',
      ]);
    },
  );

  it('ignores the answer when ReportBatchItemFailures is off', async () => {
    expect(await play(batch('ab'), { partialFailures: false }, () => failing('a'))).toEqual([
      'call ab',
      'done ab',
    ]);
  });

  it('gives up after the first try and MaximumRetryAttempts retries', async () => {
    const diary = await play(batch('ab'), {}, () => ERROR);

    expect(diary.filter((line) => line.startsWith('call'))).toHaveLength(3);
    expect(diary.slice(-2)).toEqual(['gave up ab: RetryAttemptsExhausted after 3', 'done ab']);
  });

  it('halves a failed batch, first half first, without counting that as a retry', async () => {
    const poisoned = (given: string): Outcome => (given.includes('c') ? ERROR : OK);

    const diary = await play(batch('abcd'), { bisect: true, maxRetries: 0 }, poisoned);

    expect(diary).toEqual([
      ...['call abcd', 'call ab', 'done ab', 'call cd', 'call c'],
      ...['gave up c: RetryAttemptsExhausted after 1', 'done c', 'call d', 'done d'],
    ]);
  });

  it('loses nothing but the poisoned records, wherever they are', async () => {
    for (const poison of ['a', 'h', 'bd', 'abcdefgh']) {
      const bad = (given: string): Outcome =>
        [...given].some((name) => poison.includes(name)) ? ERROR : OK;

      const diary = await play(batch('abcdefgh'), { bisect: true, maxRetries: 1 }, bad);

      const done = diary.filter((line) => line.startsWith('done')).map((line) => line.slice(5));
      const lost = diary.filter((line) => line.startsWith('gave up')).map((line) => line[8]);
      expect(done.join('')).toBe('abcdefgh');
      expect(lost.join('')).toBe(poison);
    }
  });

  it('gives up records that are too old before calling', async () => {
    const records = [...batch('a', -100_000), ...batch('b', 900)];

    const diary = await play(records, {}, () => OK);

    expect(diary).toEqual(['gave up a: RecordAgeExceeded after 0', 'done a', 'call b', 'done b']);
  });

  it('retries for ever when MaximumRetryAttempts is -1', async () => {
    const diary = await play(batch('a'), { maxRetries: Number.POSITIVE_INFINITY }, (_, call) =>
      call < 30 ? ERROR : OK,
    );

    expect(diary.at(-1)).toBe('done a');
  });
});
