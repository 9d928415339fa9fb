import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { interfaceNames, interfaceState } from '../../../../edge-probe/capture/live-interface.ts';

describe('interfaceState', () => {
  let net: string;
  beforeEach(() => {
    net = mkdtempSync(join(tmpdir(), 'net-'));
    for (const [name, flags] of Object.entries({ eth0: '0x1003', eth1: '0x1002' })) {
      mkdirSync(join(net, name));
      writeFileSync(join(net, name, 'flags'), `${flags}\n`);
      writeFileSync(join(net, name, 'ifindex'), '7\n');
    }
  });
  afterEach(() => rmSync(net, { recursive: true }));

  it('tells up, down and gone', () => {
    expect(interfaceState('eth0', net)).toEqual({ state: 'up', index: 7 });
    expect(interfaceState('eth1', net)).toEqual({ state: 'down', index: 7 });
    expect(interfaceState('eth2', net)).toEqual({ state: 'gone', index: 0 });
  });

  it('takes `any` for always up', () => {
    expect(interfaceState('any', net).state).toBe('up');
  });

  it('lists what there is to capture on', () => {
    expect(interfaceNames(net)).toEqual(['eth0', 'eth1', 'any']);
  });
});
