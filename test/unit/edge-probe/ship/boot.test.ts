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

const CUTTING = { batchMs: 1_000, rest: '' };

describe('replayBoot', () => {
  it('is the same for the same files until it is finished, and then a new one', () => {
    const first = replayBoot(state, 'p', [file], CUTTING);
    const again = replayBoot(state, 'p', [file], CUTTING);
    again.finish();
    const afterwards = replayBoot(state, 'p', [file], CUTTING);

    expect(first.id).toMatch(/^[0-9a-f]{16}$/);
    expect([first.resumed, again.resumed, afterwards.resumed]).toEqual([false, true, false]);
    expect(again.id).toBe(first.id);
    expect(afterwards.id).not.toBe(first.id);
  });

  it('goes on with batches as long as those it was begun with', () => {
    const begun = replayBoot(state, 'p', [file], { ...CUTTING, batchMs: Number.POSITIVE_INFINITY });
    const again = replayBoot(state, 'p', [file], CUTTING);

    expect(again).toMatchObject({ id: begun.id, batchMs: Number.POSITIVE_INFINITY });
    again.finish();
    expect(replayBoot(state, 'p', [file], CUTTING).batchMs).toBe(1_000);
  });

  it('is another for another probe, other files, another order, another cutting or a changed file', () => {
    const other = join(dir, 'b.pcap');
    writeFileSync(other, 'more');
    const ids = [
      replayBoot(state, 'p', [file, other], CUTTING).id,
      replayBoot(state, 'p', [other, file], CUTTING).id,
      replayBoot(state, 'q', [file, other], CUTTING).id,
      replayBoot(state, 'p', [file], CUTTING).id,
      replayBoot(state, 'p', [file], { ...CUTTING, rest: 'other' }).id,
    ];
    appendFileSync(file, '!');
    ids.push(replayBoot(state, 'p', [file], CUTTING).id);

    expect(new Set(ids).size).toBe(6);
  });

  it('says what to do when its state is damaged', () => {
    replayBoot(state, 'p', [file], CUTTING);
    const [name = ''] = readdirSync(state);
    writeFileSync(join(state, name), '{"boot":"12');

    expect(() => replayBoot(state, 'p', [file], CUTTING)).toThrow(/is damaged.*Remove it/);
  });

  it('says what to do when the state directory cannot be made', () => {
    expect(() => replayBoot(join(file, 'state'), 'p', [file], CUTTING)).toThrow(/--state-dir/);
  });
});

it('newBoot is new every time', () => {
  expect(newBoot().id).not.toBe(newBoot().id);
});
