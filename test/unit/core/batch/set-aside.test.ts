import { describe, expect, it } from 'vitest';
import {
  parseSetAsideKey,
  replayedArrival,
  replayedPartitionKey,
  setAsideKey,
} from '../../../../core/batch/set-aside.ts';

const ASIDE = {
  reason: 'unknown-probe',
  probe: 'athens-2',
  arrivedAt: 1_795_262_400_123,
  digest: '0123456789abcdef01234567',
};

describe('setAsideKey', () => {
  it.each([ASIDE, { ...ASIDE, probe: '' }])('is read back as it was written', (aside) => {
    expect(parseSetAsideKey(setAsideKey(aside))).toEqual(aside);
  });

  it('begins with the reason, so that a listing can ask for one', () => {
    expect(setAsideKey(ASIDE)).toMatch(/^quarantine\/unknown-probe\/athens-2\//);
  });

  it.each([
    '',
    'quarantine/',
    'quarantine/bomb/a.bin',
    'aws/lambda/x/y',
    'quarantine/b/../1-a.bin',
  ])('is not %j', (key) => {
    expect(parseSetAsideKey(key)).toBeUndefined();
  });
});

describe('replayedPartitionKey', () => {
  it('tells when the record arrived first', () => {
    expect(replayedArrival(replayedPartitionKey(1_795_262_400_123.4))).toBe(1_795_262_400_123);
  });

  it.each(['athens-2', 'replayed', 'replayed x', 'replayed 12 ', 'replayed 1e9'])(
    'is not %j',
    (key) => {
      expect(replayedArrival(key)).toBeUndefined();
    },
  );
});
