import { describe, expect, it } from 'vitest';
import { type Filter, passesFilters, readFilters } from '../../../../local/mappings/filter.ts';
import { Properties } from '../../../../local/template/properties.ts';

const RECORD = {
  eventName: 'INSERT',
  dynamodb: { Keys: { shard: { S: 'shard-1' } }, NewImage: { n: { N: '5' } } },
  size: 7,
};

const passes = (...patterns: Filter[]): boolean =>
  passesFilters(
    readFilters(
      patterns.map((pattern) => new Properties({ Pattern: JSON.stringify(pattern) }, 'Test')),
      'Test',
    ),
    RECORD,
  );

describe('passesFilters', () => {
  it('lets everything through without filters', () => {
    expect(passes()).toBe(true);
  });

  it.each<[Filter, boolean]>([
    [{ eventName: ['INSERT'] }, true],
    [{ eventName: ['MODIFY', 'REMOVE'] }, false],
    [{ dynamodb: { Keys: { shard: { S: [{ prefix: 'shard-' }] } } } }, true],
    [{ dynamodb: { Keys: { shard: { S: [{ suffix: '-2' }] } } } }, false],
    [{ dynamodb: { OldImage: [{ exists: false }] } }, true],
    [{ eventName: [{ 'anything-but': ['REMOVE'] }] }, true],
    [{ size: [{ numeric: ['>', 5, '<=', 7] }] }, true],
    [{ size: [{ numeric: ['<', 7] }] }, false],
    [{ eventName: ['INSERT'], size: [8] }, false],
  ])('weighs %j', (pattern, expected) => {
    expect(passes(pattern)).toBe(expected);
  });

  it('needs one of several filters', () => {
    expect(passes({ eventName: ['REMOVE'] }, { size: [7] })).toBe(true);
  });

  it('stops at a rule it does not know', () => {
    expect(() => passes({ eventName: [{ wildcard: 'I*' }] })).toThrow(
      'does not know the filter rule wildcard',
    );
  });
});
