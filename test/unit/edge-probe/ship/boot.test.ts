import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newBoot, replayBoot } from '../../../../edge-probe/ship/boot.ts';

let dir: string;
let state: string;
let file: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'boot-'));
  state = join(dir, 'state', 'deep');
  file = join(dir, 'a.pcap');
  writeFileSync(file, 'packets');
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('replayBoot', () => {
  it('is the same for the same files until it is finished, and then a new one', () => {
    const first = replayBoot(state, 'p', [file]);
    const again = replayBoot(state, 'p', [file]);
    again.finish();
    const afterwards = replayBoot(state, 'p', [file]);

    expect(first.id).toMatch(/^[0-9a-f]{16}$/);
    expect([first.resumed, again.resumed, afterwards.resumed]).toEqual([false, true, false]);
    expect(again.id).toBe(first.id);
    expect(afterwards.id).not.toBe(first.id);
  });

  it('is another for another probe, other files, another order or a changed file', () => {
    const other = join(dir, 'b.pcap');
    writeFileSync(other, 'more');
    const ids = [
      replayBoot(state, 'p', [file, other]).id,
      replayBoot(state, 'p', [other, file]).id,
      replayBoot(state, 'q', [file, other]).id,
      replayBoot(state, 'p', [file]).id,
    ];
    appendFileSync(file, '!');
    ids.push(replayBoot(state, 'p', [file]).id);

    expect(new Set(ids).size).toBe(5);
  });

  it('says what to do when its state is damaged', () => {
    replayBoot(state, 'p', [file]);
    const [name = ''] = readdirSync(state);
    writeFileSync(join(state, name), '{"boot":"12');

    expect(() => replayBoot(state, 'p', [file])).toThrow(/is damaged.*Remove it/);
  });

  it('says what to do when the state directory cannot be made', () => {
    expect(() => replayBoot(join(file, 'state'), 'p', [file])).toThrow(/--state-dir/);
  });
});

it('newBoot is new every time', () => {
  expect(newBoot().id).not.toBe(newBoot().id);
});
