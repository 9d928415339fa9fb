import { describe, expect, it } from 'vitest';
import { Wrangler } from '../../../../lambdas/wrangle/wrangle.ts';
import { stateHash } from '../../../support/state-hash.ts';
import { NOW } from '../batches.ts';
import { FakeStore, fakePorts, wranglerOn } from '../fakes.ts';
import { DELIVERY, deliver } from './deliveries.ts';

const never = new Promise<void>(() => {});
const PIECE = DELIVERY.slice(0, 6);

async function cleanHash(): Promise<string> {
  const store = new FakeStore();
  await wranglerOn(store).take(PIECE);
  return stateHash(store.segments);
}

describe('a wrangler with little time left', () => {
  it('begins no further record, stores those it took, and asks for the rest again', async () => {
    const store = new FakeStore();
    let now = NOW;
    const ports = { ...fakePorts(store), now: () => now++ };

    const { failed, counts } = await new Wrangler(ports).take(PIECE, {
      stopAt: NOW + 4,
      expired: never,
    });

    expect(counts).toMatchObject({ 'out-of-time': 1 });
    expect(failed).toHaveLength(1);
    const left = PIECE.findIndex(({ sequence }) => sequence === failed[0]);
    expect(left).toBeGreaterThan(0);
    expect(store.head(PIECE[0]?.shard ?? '')?.through).toBe(PIECE[left - 1]?.sequence);
    await deliver((records) => wranglerOn(store).take(records), PIECE.slice(left));
    expect(store.flows()).toHaveLength(9);
  });

  it.each(['head', 'registry', 'quarantine', 'all sensors', 'public key', 'note', 'append'])(
    'answers when the time is over, though a call (%s) never does, and nothing is lost or doubled',
    async (hanging) => {
      const store = new FakeStore();
      let expire = (): void => {};
      const expired = new Promise<void>((resolve) => {
        expire = resolve;
      });
      const ports = hangingPorts(store, hanging, () => expire());
      const wrangler = new Wrangler(ports);

      const { failed } = await wrangler.take(PIECE, { stopAt: NOW + 1, expired });

      expect(failed).toEqual([PIECE[0]?.sequence]);
      await deliver((records) => wranglerOn(store).take(records), PIECE);
      expect(stateHash(store.segments)).toBe(await cleanHash());
    },
  );

  it('is no second writer when what it left under way is stored after all', async () => {
    const store = new FakeStore();
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const ports = fakePorts(store);
    const log = {
      head: (shard: string) => ports.log.head(shard),
      append: async (segment: Parameters<typeof ports.log.append>[0]) => {
        await held;
        return ports.log.append(segment);
      },
    };
    const late = new Wrangler({ ...ports, log });
    const expired = Promise.resolve();
    await late.take(PIECE, { stopAt: NOW + 1, expired });

    await wranglerOn(store).take(PIECE.slice(0, 3));
    release();
    await deliver((records) => wranglerOn(store).take(records), PIECE);

    expect(stateHash(store.segments)).toBe(await cleanHash());
  });
});

/** Ports of which one call hangs before it has had any effect; `told` when it does. */
function hangingPorts(store: FakeStore, hanging: string, told: () => void) {
  let open = true;
  const ports = fakePorts(store, (call, when) => {
    if (call !== hanging || when !== 'before' || !open) return;
    open = false;
    told();
    throw new Hang();
  });
  return { ...ports, ...hangOnError(ports) };
}

class Hang extends Error {}

/** Calls that throw Hang never come back instead. */
function hangOnError(ports: ReturnType<typeof fakePorts>) {
  const wrap =
    <A extends readonly unknown[], T>(call: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      try {
        return await call(...args);
      } catch (error) {
        if (!(error instanceof Hang)) throw error;
        return new Promise<T>(() => {});
      }
    };
  const { log, logs, registry, quarantine, policy } = ports;
  return {
    log: { head: wrap(log.head), append: wrap(log.append) },
    logs: { shards: wrap(logs.shards), note: wrap(logs.note), noted: wrap(logs.noted) },
    registry: { sensor: wrap(registry.sensor), all: wrap(registry.all) },
    quarantine: { put: wrap(quarantine.put) },
    policy: wrap(policy),
  };
}
