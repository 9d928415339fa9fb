import { describe, expect, it } from 'vitest';
import { ownNetworks, probeLine, routedInterface } from '../../../../bin/command/probe-line.ts';
import { parseCommandLine } from '../../../../edge-probe/cli/command-line.ts';

const line = probeLine({
  outputs: { StreamName: 'stream-1' },
  region: 'eu-central-1',
  probe: 'edge-1',
  keyFile: '/state/edge-1.key',
});

describe('probeLine', () => {
  it('is a command that the probe understands', () => {
    const [command, args = ''] = line.split(' probe -- ');

    expect(command).toBe('sudo -E npm run -s');
    expect(parseCommandLine(args.split(' '), {})).toMatchObject({
      kind: 'capture',
      shipping: {
        stream: 'stream-1',
        region: 'eu-central-1',
        probe: 'edge-1',
        keyFile: '/state/edge-1.key',
      },
    });
  });
});

describe('routedInterface', () => {
  it('is the one of the default route', () => {
    const routes = [
      'Iface\tDestination\tGateway\tFlags',
      'docker0\t000011AC\t00000000\t0001',
      'enp3s0\t00000000\t0101A8C0\t0003',
    ].join('\n');

    expect(routedInterface(routes)).toBe('enp3s0');
    expect(routedInterface('')).toBeUndefined();
  });
});

describe('ownNetworks', () => {
  it('names networks of this host, never the loopback', () => {
    for (const cidr of ownNetworks()) {
      expect(cidr).toMatch(/\/\d+$/);
      expect(cidr).not.toMatch(/^(127\.|::1\/)/);
    }
  });
});
