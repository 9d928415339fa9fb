import { parseCidrs } from '../core/redact/network.ts';
import { ok } from '../core/result.ts';
import type { LogHead } from '../core/segment/head.ts';
import { type StoredSegment, segmentItem } from '../lambdas/aws/segment-item.ts';
import { ASN_FILES, GEO_FILES } from '../lambdas/wrangle/env.ts';
import { Knowledge } from '../lambdas/wrangle/knowledge.ts';
import type { Locator } from '../lambdas/wrangle/locate.ts';
import { publicPolicyOf } from '../lambdas/wrangle/public-policy.ts';
import type { Registry, Sensor } from '../lambdas/wrangle/sensor.ts';
import type { WranglePorts } from '../lambdas/wrangle/wrangle.ts';
import { HOME, KEY } from './wrangle-flows.ts';

/** What a run stored. */
export interface Stored {
  segments: number;
  events: number;
  operatorBytes: number;
  publicBytes: number;
  /** Everything of the items but their bodies. */
  headBytes: number;
  /** DynamoDB's: one for each KB of an item that was begun. */
  writeUnits: number;
}

const WRITE_UNIT_BYTES = 1024;

/** All that wrangle knows of addresses, from the databases beside its built code. */
export async function openKnowledge(root: string): Promise<Knowledge> {
  const knowledge = new Knowledge(
    { geo: { root, ...GEO_FILES, asn: ASN_FILES.table }, networks: [], lists: [] },
    {
      root,
      fetch: () => Promise.reject(new Error('nothing is fetched on the bench')),
      wait: () => Promise.resolve(),
      dayOf: (ms) => new Date(ms).toISOString().slice(0, 10),
      now: Date.now,
      onError: (error) => {
        throw error;
      },
    },
  );
  await knowledge.refresh();
  return knowledge;
}

/** Wrangle's ports with the real locator, and a store that keeps nothing but the newest head and sums. */
export function benchPorts(
  locator: Locator,
  at: number,
): { readonly ports: WranglePorts; readonly stored: Stored } {
  const heads = new Map<string, LogHead>();
  const sensors = new Map<string, Sensor>();
  const stored: Stored = {
    segments: 0,
    events: 0,
    operatorBytes: 0,
    publicBytes: 0,
    headBytes: 0,
    writeUnits: 0,
  };
  const home = homeNetworks();
  const registry: Registry = {
    sensor: async (probe) => {
      const known = sensors.get(probe) ?? sensorOf(probe, home);
      sensors.set(probe, known);
      return ok(known);
    },
    all: async () => ({ homes: home, sensors: 4, shownAt: new Map() }),
  };
  const ports: WranglePorts = {
    log: {
      head: async (shard) => heads.get(shard),
      append: async (segment) => {
        heads.set(segment.head.shard, segment.head);
        add(stored, segment);
        return 'appended';
      },
    },
    logs: { shards: async () => [...heads.keys()], note: async () => {}, noted: async () => 0 },
    registry,
    quarantine: {
      put: async ({ reason, detail }) => {
        throw new Error(`a batch was refused: ${reason} ${detail}`);
      },
    },
    locator,
    policy: publicPolicyOf(
      { sources: 'mask', internal: false, cellNetworks: 4_096 },
      { registry, publicKey: { secret: async () => KEY }, networks: [], cells: undefined },
    ),
    now: () => at,
    onError: (doing, error) => {
      throw new Error(doing, { cause: error });
    },
  };
  return { ports, stored };
}

function homeNetworks(): Sensor['home'] {
  const home = parseCidrs([HOME]);
  if (!home.ok) throw new Error(home.detail);
  return home.value;
}

function sensorOf(probe: string, home: Sensor['home']): Sensor {
  const place = probe.length * 7;
  return { probe, key: KEY, site: probe, lat: 10 + place, lon: 20 + place, home, revoked: false };
}

function add(stored: Stored, segment: StoredSegment): void {
  const { operator, public: open } = segment.bodies;
  const item = itemBytes(segment);
  stored.segments++;
  stored.events += segment.head.events;
  stored.operatorBytes += operator.length;
  stored.publicBytes += open.length;
  stored.headBytes += item - operator.length - open.length;
  stored.writeUnits += Math.ceil(item / WRITE_UNIT_BYTES);
}

/** Bytes of a segment's item as DynamoDB counts them: names and values, a number as (digits / 2) + 1. */
export function itemBytes(segment: StoredSegment): number {
  let bytes = 0;
  for (const [name, { S, N, B }] of Object.entries(segmentItem(segment, 2_000_000_000))) {
    bytes += name.length + (B?.length ?? 0);
    if (S !== undefined) bytes += Buffer.byteLength(S);
    if (N !== undefined) bytes += Math.ceil(N.length / 2) + 1;
  }
  return bytes;
}
