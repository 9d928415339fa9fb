import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Ledger } from '../../../../edge-probe/watch/ledger.ts';

const BOOT = '0123456789abcdef';
const PART = { file: '1:2', size: 100, packets: 3 };
let dir: string;
let path: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ledger-'));
  path = join(dir, 'state', 'watch.jsonl');
});

afterEach(() => rmSync(dir, { recursive: true }));

async function open(): Promise<Ledger> {
  const ledger = new Ledger(path);
  await ledger.open();
  return ledger;
}

describe('Ledger', () => {
  it('knows a file when it was shorter, the longest first, over a restart', async () => {
    const entry = { boot: BOOT, cut: 'c', outcome: 'done', name: 'a.pcap', packets: 3 } as const;
    const before = await open();
    for (const size of [10, 30, 20]) {
      await before.record({ ...entry, id: `a${size}`, file: '1:2', size });
      await before.record({ ...entry, id: `b${size}`, file: '1:3', size });
    }

    const ids = (await open()).shorter({ file: '1:2', size: 30 }).map(({ id }) => id);

    expect(ids).toEqual(['a20', 'a10']);
  });

  it('remembers over a restart what became of a file, and under which boot', async () => {
    const before = await open();
    await before.record({
      ...PART,
      id: 'a',
      boot: BOOT,
      cut: 'c',
      outcome: 'begun',
      name: 'a.pcap',
    });
    await before.record({
      ...PART,
      id: 'b',
      boot: BOOT,
      cut: 'c',
      outcome: 'begun',
      name: 'b.pcap',
    });
    await before.record({
      ...PART,
      id: 'b',
      boot: BOOT,
      cut: 'c',
      outcome: 'done',
      name: 'b.pcap',
    });

    const after = await open();

    expect(after.get('a')).toMatchObject({ outcome: 'begun', boot: BOOT });
    expect(after.get('b')).toMatchObject({ outcome: 'done' });
    expect(after.get('c')).toBeUndefined();
  });

  it('passes over a line that was cut off, and goes on after it', async () => {
    const before = await open();
    await before.record({
      ...PART,
      id: 'a',
      boot: BOOT,
      cut: 'c',
      outcome: 'done',
      name: 'a.pcap',
    });
    appendFileSync(path, '{"id":"b","boot":"01234');

    const after = await open();
    await after.record({ ...PART, id: 'c', boot: BOOT, cut: 'c', outcome: 'done', name: 'c.pcap' });
    const again = await open();

    expect([again.get('a'), again.get('b'), again.get('c')].map((known) => known?.outcome)).toEqual(
      ['done', undefined, 'done'],
    );
  });

  it('does not grow with what is outdated', async () => {
    const ledger = await open();
    for (let i = 0; i < 1_300; i++) {
      await ledger.record({
        ...PART,
        id: 'a',
        boot: BOOT,
        cut: 'c',
        outcome: 'begun',
        name: 'a.pcap',
      });
    }

    expect(readFileSync(path, 'utf8').split('\n').length).toBeLessThan(1_100);
  });
});
