import { describe, expect, it } from 'vitest';
import { checkFilters } from '../../../../edge-probe/capture/check-filters.ts';

/** A language of `tcp`, `udp` and `port N`, joined with `and`. */
function compile(filter: string): void {
  if (!/^(?:tcp|udp|port \d+)(?: and (?:tcp|udp|port \d+))*$/.test(filter.trim())) {
    throw new Error('syntax error');
  }
}

describe('checkFilters', () => {
  it('finds nothing wrong with filters that compile, and with none', () => {
    expect(checkFilters(['', 'tcp', 'tcp and port 22'], compile)).toBeUndefined();
  });

  it.each([
    ['tcp and porridge 22', 'tcp'],
    ['tcp and port 22 and', 'tcp and port 22'],
    ['porridge', ''],
    ['tcp and port 22)', 'tcp and port 22'],
  ])('tells how far %j can be read', (filter, readable) => {
    expect(checkFilters(['udp', filter], compile)).toEqual({
      filter,
      message: 'syntax error',
      readable,
    });
  });
});
