import { describe, expect, it } from 'vitest';
import { FinishedFiles, seriesOf } from '../../../../edge-probe/watch/finished-files.ts';

const file = (name: string, mtimeMs: number, size = 100) => ({ name, inode: 1, size, mtimeMs });
const names = (files: readonly { readonly name: string }[]): string[] =>
  files.map(({ name }) => name);

describe('FinishedFiles', () => {
  it('calls a file finished that did not change for a while', () => {
    const finished = new FinishedFiles(5_000);

    expect(finished.look([file('a.pcap', 1)], 0)).toEqual([]);
    expect(finished.look([file('a.pcap', 2, 200)], 4_000)).toEqual([]);
    expect(finished.look([file('a.pcap', 2, 200)], 8_999)).toEqual([]);
    expect(names(finished.look([file('a.pcap', 2, 200)], 9_000))).toEqual(['a.pcap']);
  });

  it('calls a file finished when a newer one of its series is there, and not the newer one', () => {
    const finished = new FinishedFiles(60_000);
    const files = [file('eth0-20261121T0552.pcap', 2), file('eth0-20261121T0551.pcap', 1)];

    expect(names(finished.look(files, 0))).toEqual(['eth0-20261121T0551.pcap']);
  });

  it('does not take the files of two interfaces for one series', () => {
    const finished = new FinishedFiles(60_000);
    const files = [file('eth0-20261121T0551.pcap', 1), file('eth1-20261121T0552.pcap', 2)];

    expect(finished.look(files, 0)).toEqual([]);
  });

  it('gives the oldest first, of one time by name as people count', () => {
    const finished = new FinishedFiles(1);
    const files = [file('b.pcap', 9), file('x10.pcap', 5), file('x9.pcap', 5), file('a.pcap', 7)];
    finished.look(files, 0);

    expect(names(finished.look(files, 10))).toEqual(['x9.pcap', 'x10.pcap', 'a.pcap', 'b.pcap']);
  });

  it('leaves alone what is being written under a name that says so', () => {
    const finished = new FinishedFiles(1);
    const files = ['.hidden', 'a.pcap.part', 'b.tmp', 'c~'].map((name) => file(name, 1));
    finished.look(files, 0);

    expect(finished.look(files, 10)).toEqual([]);
  });
});

describe('seriesOf', () => {
  it.each([
    ['eth0-20261121T055100.123Z.pcap', 'eth0-20261121T055110.456Z.pcap', true],
    ['trace.pcap', 'trace.pcap1', true],
    ['trace.pcap1', 'trace.pcap12', true],
    ['dump_00001_20261121055100.pcapng', 'dump_00002_20261121055110.pcapng', true],
    ['1.pcap', '2.pcap', true],
    ['eth0-1.pcap', 'eth1-1.pcap', false],
    ['monday.pcap', 'tuesday.pcap', false],
  ])('of %s and %s is the same: %s', (a, b, same) => {
    expect(seriesOf(a) === seriesOf(b)).toBe(same);
  });
});
