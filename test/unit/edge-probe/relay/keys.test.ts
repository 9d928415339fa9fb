import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeyDirectory } from '../../../../edge-probe/relay/key-directory.ts';
import { parseRelayKey, relayKeyOf, relayKeyText } from '../../../../edge-probe/relay/relay-key.ts';
import { derivedKey } from '../../../../edge-probe/ship/sealing.ts';

const KEY = new Uint8Array(32).fill(5);

describe('a relay key', () => {
  it('is another one for each probe id and no key that signs or encrypts', () => {
    const keys = [
      relayKeyOf(KEY, 'a'),
      relayKeyOf(KEY, 'b'),
      derivedKey(KEY, 'skirmish batch signing'),
      derivedKey(KEY, 'skirmish batch encryption'),
      KEY,
    ].map((key) => Buffer.from(key).toString('hex'));

    expect(new Set(keys).size).toBe(keys.length);
  });

  it('is read from its text as it was written', () => {
    const text = relayKeyText(KEY, 'a');

    expect(text).toMatch(/^relay:[A-Za-z0-9_-]{43}\n$/);
    const parsed = parseRelayKey(text);
    expect(parsed.ok && Buffer.from(parsed.value.key)).toEqual(Buffer.from(relayKeyOf(KEY, 'a')));
    expect(parsed.ok && [...parsed.value.carries]).toEqual([]);
  });

  it('names the probes that a relay carries on further lines', () => {
    const parsed = parseRelayKey(`# north\n${relayKeyText(KEY, 'a')}\nsensor-1 # cellar\n*\n`);

    expect(parsed.ok && [...parsed.value.carries]).toEqual(['sensor-1', '*']);
  });

  it.each([
    ['sensor-key', Buffer.from(KEY).toString('base64url')],
    ['not-a-relay-key', ''],
    ['not-a-relay-key', 'relay:short'],
    ['bad-probe-id', `${relayKeyText(KEY, 'a')}Sensor 1`],
  ])('says %s', (reason, text) => {
    expect(parseRelayKey(text)).toMatchObject({ ok: false, reason });
  });
});

describe('KeyDirectory', () => {
  let directory: string;
  let notes: string[];
  let keys: KeyDirectory;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'skirmish-keys-'));
    notes = [];
    keys = new KeyDirectory(directory, (message) => notes.push(message));
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  function write(name: string, text = relayKeyText(KEY, 'a'), mode = 0o600): string {
    const path = join(directory, name);
    writeFileSync(path, text, { mode });
    chmodSync(path, mode);
    return path;
  }

  it('follows files that come, change and go', async () => {
    const path = write('sensor-1.key');
    await keys.refresh();
    const first = keys.get('sensor-1');
    await keys.refresh();
    expect(keys.get('sensor-1')).toBe(first);

    write('sensor-1.key', relayKeyText(new Uint8Array(32), 'other'));
    await keys.refresh();
    expect(keys.get('sensor-1')).not.toBe(first);
    expect(keys.get('sensor-1')).toBeDefined();

    rmSync(path);
    await keys.refresh();
    expect(keys.get('sensor-1')).toBeUndefined();
    expect(notes).toEqual([]);
  });

  it('has no key of a directory that is gone', async () => {
    write('sensor-1.key');
    await keys.refresh();
    rmSync(directory, { recursive: true });
    await keys.refresh();
    await keys.refresh();

    expect([keys.size, notes.length]).toEqual([0, 1]);
    expect(notes[0]).toContain(directory);
  });

  it.each([
    ['others can read', 0o640, relayKeyText(KEY, 'a')],
    ['a relay could forge', 0o600, Buffer.from(KEY).toString('base64url')],
    ['what `skirmish-probe relay-key` prints', 0o600, 'password'],
    ['larger', 0o600, 'x'.repeat(100_000)],
  ])(
    'says once what is wrong with a file, and lets nobody in by it: %s',
    async (says, mode, text) => {
      const path = write('sensor-1.key', text, mode);

      await keys.refresh();
      await keys.refresh();

      expect(keys.get('sensor-1')).toBeUndefined();
      expect([keys.unusable, notes.length]).toEqual([1, 1]);
      expect(notes[0]).toContain(path);
      expect(notes[0]).toContain(says);
    },
  );

  it('leaves out what is more than it reads, and says so once', async () => {
    for (const name of ['a.key', 'b.key', 'c.key']) write(name);
    const few = new KeyDirectory(directory, (message) => notes.push(message), 2);

    await few.refresh();
    await few.refresh();

    expect(few.size).toBe(2);
    expect(notes).toEqual([expect.stringContaining('holds more than 2 keys')]);
  });

  it('follows no links and takes no other names', async () => {
    const path = write('sensor-1.key');
    symlinkSync(path, join(directory, 'sensor-2.key'));
    for (const name of ['Sensor.key', 'sensor-3.key~', '.key', 'sensor-4']) write(name);

    await keys.refresh();

    expect([keys.size, keys.unusable]).toEqual([1, 1]);
    expect(notes).toEqual([expect.stringContaining('not a regular file')]);
  });
});
