import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readKeyFile } from '../../../../edge-probe/ship/key-file.ts';

describe('readKeyFile', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'key-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('reads 32 bytes of base64url text', () => {
    const key = Buffer.alloc(32, 0xfb);
    writeFileSync(join(dir, 'key'), `${key.toString('base64url')}\n`);

    expect(Buffer.from(readKeyFile(join(dir, 'key')))).toEqual(key);
  });

  it.each(['', 'short', 'x'.repeat(44), '-----BEGIN KEY-----\nabc\n'])('refuses %j', (text) => {
    writeFileSync(join(dir, 'key'), text);

    expect(() => readKeyFile(join(dir, 'key'))).toThrow(/is not a probe key/);
  });

  it('says which file is missing and where one comes from', () => {
    expect(() => readKeyFile(join(dir, 'none'))).toThrow(/none.*ENOENT.*--key-file/);
  });
});
