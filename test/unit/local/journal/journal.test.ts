import { appendFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Journal } from '../../../../local/journal/journal.ts';
import { Progress } from '../../../../local/journal/progress.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'journal-'));
const files = (directory: string): string[] => readdirSync(directory).sort();
const texts = (journal: Journal): (string | undefined)[] =>
  Array.from({ length: journal.last }, (_, at) => journal.read(at + 1)?.toString());

describe('Journal', () => {
  it('numbers entries from 1 without holes, also when they are appended at once', async () => {
    const journal = new Journal(folder(), 200);

    const indices = await Promise.all(
      Array.from({ length: 50 }, (_, at) => journal.append(Buffer.from(`entry ${at}`))),
    );
    for (let at = 50; at < 60; at += 1)
      indices.push(await journal.append(Buffer.from(`entry ${at}`)));

    expect(indices).toEqual(Array.from({ length: 60 }, (_, at) => at + 1));
    expect(texts(journal)).toEqual(Array.from({ length: 60 }, (_, at) => `entry ${at}`));
  });

  it('has every entry again after it was opened anew', async () => {
    const directory = folder();
    const journal = new Journal(directory, 50);
    for (let at = 0; at < 20; at += 1) await journal.append(Buffer.from(`entry ${at}`));
    await journal.close();

    const again = new Journal(directory, 50);

    expect([again.first, again.last]).toEqual([1, 20]);
    expect(await again.append(Buffer.from('more'))).toBe(21);
    expect(files(directory).length).toBeGreaterThan(3);
  });

  it('cuts off an entry that a crash has torn, at every length, and goes on after the one before it', async () => {
    const whole = folder();
    const journal = new Journal(whole);
    await journal.append(Buffer.from('first'));
    const kept = readFileSync(join(whole, files(whole)[0] ?? '')).length;
    await journal.append(Buffer.from('second'));
    await journal.close();
    const bytes = readFileSync(join(whole, files(whole)[0] ?? ''));

    for (let length = kept; length < bytes.length; length += 1) {
      const directory = folder();
      writeFileSync(join(directory, files(whole)[0] ?? ''), bytes.subarray(0, length));
      const torn = new Journal(directory);
      expect(await torn.append(Buffer.from('third'))).toBe(2);
      expect(texts(torn)).toEqual(['first', 'third']);
      await torn.close();
    }
  });

  it('does not read an entry whose bytes were damaged', async () => {
    const directory = folder();
    const journal = new Journal(directory);
    await journal.append(Buffer.from('first'));
    await journal.close();
    appendFileSync(
      join(directory, files(directory)[0] ?? ''),
      Buffer.from([4, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]),
    );

    expect(texts(new Journal(directory))).toEqual(['first']);
  });

  it('lets go of old files and keeps what is still needed', async () => {
    const directory = folder();
    const journal = new Journal(directory, 50);
    for (let at = 0; at < 20; at += 1) await journal.append(Buffer.from(`entry ${at}`));
    const before = files(directory).length;

    await journal.releaseBelow(11);

    expect(files(directory).length).toBeLessThan(before);
    expect(journal.first).toBeLessThanOrEqual(11);
    expect(journal.read(11)?.toString()).toBe('entry 10');
    expect(journal.read(1)).toBeUndefined();
  });
});

describe('Progress', () => {
  it('closes up when what was missing is finished', async () => {
    const progress = new Progress(join(folder(), 'p.json'));

    await progress.finish([2, 3, 5]);
    expect([progress.through, progress.isDone(1), progress.isDone(3)]).toEqual([0, false, true]);

    await progress.finish([1]);
    expect([progress.through, progress.isDone(4), progress.isDone(5)]).toEqual([3, false, true]);
  });

  it('is the same after a restart', async () => {
    const path = join(folder(), 'p.json');
    await new Progress(path).finish([1, 2, 4]);

    const again = new Progress(path);

    expect([again.through, again.isDone(3), again.isDone(4)]).toEqual([2, false, true]);
  });

  it('says so when its file is damaged, instead of reading everything again', () => {
    const path = join(folder(), 'p.json');
    writeFileSync(path, '{"through": 1');

    expect(() => new Progress(path)).toThrow('does not say how far reading had come');
  });
});
