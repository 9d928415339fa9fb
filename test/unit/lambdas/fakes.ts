import type { Audience, Rendering } from '../../../core/event/table.ts';
import { parseCidrs } from '../../../core/redact/network.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import type { LogHead } from '../../../core/segment/head.ts';
import type { LogList } from '../../../lambdas/aws/log-list.ts';
import { type Quarantine, type RefusedBatch, refusedKey } from '../../../lambdas/aws/quarantine.ts';
import type { StoredSegment } from '../../../lambdas/aws/segment-item.ts';
import type { SegmentLog } from '../../../lambdas/aws/segment-log.ts';
import { openBody, openOperator } from '../../../lambdas/segment-body.ts';
import { locatorOf } from '../../../lambdas/wrangle/locate.ts';
import { publicPolicyOf } from '../../../lambdas/wrangle/public-policy.ts';
import type { Registry, Sensor, SensorError } from '../../../lambdas/wrangle/sensor.ts';
import { type WranglePorts, Wrangler } from '../../../lambdas/wrangle/wrangle.ts';
import { KEY, NOW } from './batches.ts';

/** What outlives a process: logs, their list, the quarantine. */
export class FakeStore {
  readonly segments = new Map<string, StoredSegment[]>();
  readonly notes = new Map<string, number>();
  readonly quarantine = new Map<string, RefusedBatch>();

  /** The newest head of a log. */
  head(shard: string): LogHead | undefined {
    return this.segments.get(shard)?.at(-1)?.head;
  }

  renderings(shard: string, audience: Audience): Rendering[] {
    return (this.segments.get(shard) ?? []).map(({ bodies }) => {
      const decoded = audience === 'public' ? openBody(bodies.public) : openOperator(bodies);
      if (!decoded.ok) throw new Error(`${decoded.reason}: ${decoded.detail}`);
      return decoded.value;
    });
  }

  /** Flow numbers of all rows of all logs, sorted. */
  flows(): number[] {
    const shards = [...this.segments.keys()];
    const all = shards.flatMap((shard) =>
      this.renderings(shard, 'operator').flatMap(({ table }) => [...table.flow]),
    );
    return all.sort((a, b) => a - b);
  }

  /** Sums of all segments' counters. */
  counters(): Record<string, number> {
    const sums: Record<string, number> = {};
    for (const { head } of [...this.segments.values()].flat()) {
      for (const [name, value] of Object.entries(head.counters)) {
        sums[name] = (sums[name] ?? 0) + value;
      }
    }
    return sums;
  }
}

/** Called before and after each effect of a port; throws to fail it. */
export type Gate = (call: string, when: 'before' | 'after') => void;

async function gated<T>(gate: Gate, call: string, effect: () => T): Promise<T> {
  await Promise.resolve();
  gate(call, 'before');
  const result = effect();
  gate(call, 'after');
  return result;
}

function fakeLog(store: FakeStore, gate: Gate = () => {}): SegmentLog {
  return {
    head: (shard) => gated(gate, 'head', () => store.head(shard)),
    append: (segment) =>
      gated(gate, 'append', () => {
        const { shard, number } = segment.head;
        const log = store.segments.get(shard) ?? [];
        if (log.some(({ head }) => head.number === number)) return 'taken';
        store.segments.set(shard, [...log, structuredClone(segment)]);
        return 'appended';
      }),
  };
}

function fakeLogList(store: FakeStore, gate: Gate = () => {}): LogList {
  return {
    shards: () => gated(gate, 'shards', () => [...store.notes.keys()].sort()),
    note: (shard, number) =>
      gated(gate, 'note', () => {
        store.notes.set(shard, number);
      }),
    noted: (shard) => gated(gate, 'noted', () => store.notes.get(shard) ?? 0),
  };
}

function fakeQuarantine(store: FakeStore, gate: Gate = () => {}): Quarantine {
  return {
    put: (refused) =>
      gated(gate, 'quarantine', () => {
        store.quarantine.set(refusedKey(refused), refused);
      }),
  };
}

/** A sensor with the home network 198.51.100.0/26. */
export function sensor(more: Partial<Sensor> = {}): Sensor {
  const home = parseCidrs(['198.51.100.0/26']);
  if (!home.ok) throw new Error(home.detail);
  return {
    probe: 'frankfurt',
    key: KEY,
    site: 'Frankfurt',
    lat: 50.11,
    lon: 8.68,
    home: home.value,
    revoked: false,
    ...more,
  };
}

/** Knows `frankfurt`, the revoked `mole` and the badly enrolled `broken`. */
function fakeRegistry(gate: Gate = () => {}): Registry {
  const known: Readonly<Record<string, Result<Sensor, SensorError>>> = {
    frankfurt: ok(sensor()),
    mole: ok(sensor({ probe: 'mole', revoked: true })),
    broken: fail('bad-registration', 'key is not 32 bytes'),
  };
  return {
    sensor: (probe) =>
      gated(gate, 'registry', () =>
        Object.hasOwn(known, probe)
          ? (known[probe] ?? fail('unknown-probe'))
          : fail('unknown-probe'),
      ),
    all: () =>
      gated(gate, 'all sensors', () => ({
        homes: sensor().home,
        sensors: 2,
        shownAt: new Map(),
      })),
  };
}

/** The public masks sources; sensors are hidden in a square of a degree. */
export function fakePolicy(registry: Registry, gate: Gate = () => {}): WranglePorts['policy'] {
  return publicPolicyOf(
    { sources: 'mask', internal: false, cellNetworks: 4_096 },
    {
      registry,
      publicKey: { secret: () => gated(gate, 'public key', () => new Uint8Array(32).fill(9)) },
      networks: [],
      cells: undefined,
    },
  );
}

/** Ports of a wrangler on a store. */
export function fakePorts(store: FakeStore, gate: Gate = () => {}): WranglePorts {
  const geo = {
    locate: () =>
      ({
        place: { how: 'geo', lat: 37.4, lon: -122.1, country: 'US', city: 'Here', accuracyKm: 0 },
        marks: 0,
      }) as const,
  };
  const registry = fakeRegistry(gate);
  return {
    log: fakeLog(store, gate),
    logs: fakeLogList(store, gate),
    quarantine: fakeQuarantine(store, gate),
    registry,
    locator: locatorOf([], geo),
    policy: fakePolicy(registry, gate),
    now: () => NOW,
    onError: () => {},
  };
}

/** A new process on a store. */
export function wranglerOn(store: FakeStore, gate?: Gate): Wrangler {
  return new Wrangler(fakePorts(store, gate));
}
