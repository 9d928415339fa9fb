import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileIdentity } from '../../../../edge-probe/watch/file-identity.ts';
import { moveInto } from '../../../../edge-probe/watch/put-away.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'identity-'));
  writeFileSync(join(dir, 'a.pcap'), 'packets');
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('fileIdentity', () => {
  it('stays when a file is renamed, and changes when it grows or is another', async () => {
    const [a, b, c] = ['a.pcap', 'b.pcap', 'c.pcap'].map((name) => join(dir, name)) as [
      string,
      string,
      string,
    ];
    const first = await fileIdentity(a);
    renameSync(a, b);
    const renamed = await fileIdentity(b);
    copyFileSync(b, c);
    const copy = await fileIdentity(c);
    appendFileSync(b, 'more');

    const grown = await fileIdentity(b);

    expect(renamed).toEqual(first);
    expect(copy.id).not.toBe(first.id);
    expect(grown.id).not.toBe(first.id);
    expect(grown.file).toBe(first.file);
    expect(await fileIdentity(b, first.size)).toEqual(first);
  });
});

describe('moveInto', () => {
  it('makes the directory and never writes over a file', async () => {
    const done = join(dir, 'done');
    const first = await moveInto(join(dir, 'a.pcap'), done);
    writeFileSync(join(dir, 'a.pcap'), 'others');
    const second = await moveInto(join(dir, 'a.pcap'), done);

    expect([first, second]).toEqual([join(done, 'a.pcap'), join(done, 'a.pcap.1')]);
  });
});
