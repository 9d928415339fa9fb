import { describe, expect, it } from 'vitest';
import { findProgram, findUser, parseRights } from '../../../../edge-probe/privilege/rights.ts';

const status = (uid: number, effective: string): string =>
  `Name:\tnode\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\nCapInh:\t0000000000000000\nCapEff:\t${effective}\n`;

describe('parseRights', () => {
  it.each([
    ['root', 0, '000001ffffffffff', { root: true, netRaw: true }],
    ['root in a container without it', 0, '00000000a80405fb', { root: true, netRaw: false }],
    ['a user who may capture', 1000, '0000000000002000', { root: false, netRaw: true }],
    ['a user', 1000, '0000000000000000', { root: false, netRaw: false }],
  ])('reads those of %s', (_, uid, effective, rights) => {
    expect(parseRights(status(uid, effective))).toEqual(rights);
  });

  it('takes what it cannot read for none', () => {
    expect(parseRights('')).toEqual({ root: false, netRaw: false });
  });
});

it('findUser finds users by name and number, and no others', () => {
  expect(findUser('root')).toEqual({ name: 'root', uid: 0, gid: 0 });
  expect(findUser('no-such-user-here')).toBeUndefined();
});

it('findProgram finds programs, and no others', () => {
  expect(findProgram('sh')).toMatch(/\/sh$/);
  expect(findProgram('no-such-program-here')).toBeUndefined();
});
