import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newKey } from '../../../../bin/command/registry.ts';
import { StateFolder } from '../../../../bin/command/state.ts';
import { readKeyFile } from '../../../../edge-probe/ship/key-file.ts';

let base: string;
let state: StateFolder;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'skirmish-state-'));
  state = new StateFolder(join(base, 'deploy'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

describe('StateFolder', () => {
  it('makes the operator token once: 256 bits that only its owner can read', () => {
    const token = state.operatorToken();

    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(state.operatorToken()).toBe(token);
    expect(statSync(join(base, 'deploy/operator-token')).mode & 0o777).toBe(0o600);
    expect(statSync(join(base, 'deploy')).mode & 0o777).toBe(0o700);
  });

  it('replaces the operator token when a new one is wanted', () => {
    const old = state.operatorToken();

    const renewed = state.operatorToken({ renew: true });

    expect(renewed).not.toBe(old);
    expect(state.operatorToken()).toBe(renewed);
  });

  it('writes key files that the probe can read and others cannot', () => {
    const key = newKey();

    const path = state.writeKey('edge-1', key);

    expect(path).toBe(state.keyFile('edge-1'));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(Buffer.from(readKeyFile(path)).toString('base64url')).toBe(key);
    expect(readFileSync(path, 'utf8')).toBe(`${key}\n`);
  });

  it('forgets everything when told to', () => {
    state.operatorToken();

    state.clear();

    expect(existsSync(join(base, 'deploy'))).toBe(false);
  });
});
