import { describe, expect, it } from 'vitest';
import type { ProbeTag } from '../../../../core/event/table.ts';
import { type Networks, parseCidrs } from '../../../../core/redact/network.ts';
import type { PublicPolicy } from '../../../../core/redact/policy.ts';
import { keyedBy } from '../../../../lambdas/wrangle/keyed.ts';
import { publicPolicyOf } from '../../../../lambdas/wrangle/public-policy.ts';
import type { AllSensors, Registry } from '../../../../lambdas/wrangle/sensor.ts';
import { NOW } from '../batches.ts';

const SETTINGS = { sources: 'mask', internal: false, cellNetworks: 4_096 } as const;
const TAG: ProbeTag = {
  ...{ probe: 'frankfurt', boot: 'b', site: 'Frankfurt', lat: 50.110924, lon: 8.682127 },
  ...{ provenance: 0, sampling: 1, skewMs: 0 },
};

function networksOf(...list: string[]): Networks {
  const parsed = parseCidrs(list);
  return parsed.ok ? parsed.value : expect.fail(parsed.detail);
}

/** A policy where these sensors are registered and the operator has one network. */
function policyWith(more: Partial<AllSensors> = {}): Promise<PublicPolicy> {
  const all = { homes: networksOf('198.51.100.0/24'), sensors: 1, shownAt: new Map(), ...more };
  const registry: Registry = {
    sensor: () => Promise.reject(new Error('not asked')),
    all: async () => all,
  };
  const cidr = '192.88.77.64/26';
  const networks = [{ cidr, label: 'ours', site: '', lat: 1, lon: 2, country: '', city: '' }];
  const publicKey = { secret: async () => new Uint8Array(32).fill(7) };
  const lists = [
    { name: 'ours', public: false },
    { name: 'drop', public: true },
  ];
  const ports = { registry, publicKey, networks, lists, cells: undefined };
  return publicPolicyOf(SETTINGS, ports)(NOW);
}

describe('publicPolicyOf', () => {
  it('hides the homes of all sensors and the operator’s own networks, to the /24', async () => {
    const { hidden } = await policyWith();

    expect(hidden?.has(Uint8Array.of(198, 51, 100, 9))).toBe(true);
    expect(hidden?.has(Uint8Array.of(192, 88, 77, 1))).toBe(true);
    expect(hidden?.has(Uint8Array.of(192, 88, 78, 1))).toBe(false);
  });

  it('names the lists that are declared public', async () => {
    expect([...((await policyWith()).publicLists ?? [])]).toEqual(['drop']);
  });

  it('makes ids of conversations where a second sensor may see them', async () => {
    expect((await policyWith()).pairs).toBe(false);
    expect((await policyWith({ sensors: 2 })).pairs).toBe(true);
  });

  it('shows a sensor somewhere in the square that hides it, and always there', async () => {
    const [first, again] = [(await policyWith()).point(TAG), (await policyWith()).point(TAG)];

    expect(again).toEqual(first);
    expect(Math.floor(first.lat)).toBe(50);
    expect(Math.floor(first.lon)).toBe(8);
    expect(first).not.toEqual({ lat: 50.11, lon: 8.68 });
  });

  it('shows a sensor where its operator said', async () => {
    const shownAt = new Map([['frankfurt', { lat: 52.5, lon: 13.4 }]]);

    expect((await policyWith({ shownAt })).point(TAG)).toEqual({ lat: 52.5, lon: 13.4 });
  });
});

describe('keyedBy', () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const hexOf = (secret: number, purpose: string): string =>
    Buffer.from(keyedBy(new Uint8Array(32).fill(secret))(purpose, bytes)).toString('hex');

  // HKDF-SHA-256 (RFC 5869) and HMAC-SHA-256 (RFC 2104), worked out with Python's hmac.
  it('is HMAC under a key that HKDF derives for the purpose', () => {
    expect(hexOf(7, 'boots')).toBe(
      '3745282eacfa71795ac47899f2e46f41c51ebb3470e24f11372441d80f626af1',
    );
  });

  it('differs by secret, purpose and bytes, however many purposes there were', () => {
    const keyed = keyedBy(new Uint8Array(32).fill(7));
    const first = keyed('day 0', bytes);
    for (let day = 1; day < 400; day++) keyed(`day ${day}`, bytes);

    expect(keyed('day 0', bytes)).toEqual(first);
    expect(hexOf(8, 'boots')).not.toBe(hexOf(7, 'boots'));
    expect(hexOf(7, 'boot')).not.toBe(hexOf(7, 'boots'));
    expect(keyed('day 0', Uint8Array.of(1, 2))).not.toEqual(first);
  });
});
