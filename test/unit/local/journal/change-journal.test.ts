import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ChangeJournal, changeOf, type Item } from '../../../../local/journal/change-journal.ts';

const KEYS = { id: { S: '1' } };
const OLD = { id: { S: '1' }, n: { N: '1' } };
const NEW = { id: { S: '1' }, n: { N: '2' } };

describe('changeOf', () => {
  it.each<[string, Item | undefined, Item | undefined, string | undefined]>([
    ['an item that was not there', undefined, NEW, 'INSERT'],
    ['an item that is other than before', OLD, NEW, 'MODIFY'],
    ['an item that is gone', OLD, undefined, 'REMOVE'],
    [
      'an item that is the same, its attributes in another order',
      OLD,
      { n: { N: '1' }, id: { S: '1' } },
      undefined,
    ],
    ['no item before and after', undefined, undefined, undefined],
  ])('names the change of %s', (_, before, after, expected) => {
    expect(changeOf({ keys: KEYS, before, after, at: 0 })?.eventName).toBe(expected);
  });
});

describe('ChangeJournal.recover', () => {
  async function crashed(before: Item | undefined): Promise<string> {
    const directory = mkdtempSync(join(tmpdir(), 'changes-'));
    const journal = new ChangeJournal(directory);
    const intent = await journal.announce({ keys: { id: { S: '0' } }, before: undefined });
    await journal.conclude(
      intent,
      changeOf({ keys: { id: { S: '0' } }, before: undefined, after: NEW, at: 0 }),
    );
    await journal.announce({ keys: KEYS, before });
    await journal.close();
    return directory;
  }

  it('makes up for a write that was made but whose change was not kept', async () => {
    const journal = new ChangeJournal(await crashed(undefined));

    const looked = await journal.recover(async () => NEW, 5);

    expect(looked).toBe(1);
    expect(journal.read(journal.last)).toEqual({
      eventName: 'INSERT',
      keys: KEYS,
      newImage: NEW,
      at: 5,
    });
  });

  it('keeps the old image of a write it makes up for', async () => {
    const journal = new ChangeJournal(await crashed(OLD));

    await journal.recover(async () => NEW, 5);

    expect(journal.read(journal.last)).toMatchObject({
      eventName: 'MODIFY',
      oldImage: OLD,
      newImage: NEW,
    });
  });

  it('invents nothing for a write that was not made', async () => {
    const journal = new ChangeJournal(await crashed(OLD));

    await journal.recover(async () => OLD, 5);

    expect(journal.read(journal.last)).toBeUndefined();
  });

  it('finds nothing to do the second time', async () => {
    const journal = new ChangeJournal(await crashed(undefined));
    await journal.recover(async () => NEW, 5);

    expect(await journal.recover(async () => NEW, 6)).toBe(0);
  });
});
