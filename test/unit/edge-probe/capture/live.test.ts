import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type InterfaceView, LiveSource } from '../../../../edge-probe/capture/live.ts';
import type { InterfaceState } from '../../../../edge-probe/capture/live-interface.ts';
import { directSpawner } from '../../../../edge-probe/capture/live-spawner.ts';

const CHILD = fileURLToPath(
  new URL('../../../fixtures/edge-probe/capture-child.mjs', import.meta.url),
);
const UNTIL = { timeout: 25_000, interval: 20 };

describe('LiveSource', () => {
  let source: LiveSource | undefined;
  afterEach(() => source?.stop());

  function begin(device: string, view: Partial<InterfaceView> = {}) {
    const seen = { packets: 0, notes: [] as string[], faults: [] as string[], order: '' };
    const asked: string[] = [];
    const direct = directSpawner([CHILD]);
    source = new LiveSource({
      device,
      filter: () => `port ${asked.length}`,
      snapLength: 256,
      bufferBytes: 1024,
      seed: 7,
      mostSampling: 4_096,
      spawner: {
        spawn: (on, socket) => {
          asked.push(on.name);
          return direct.spawn({ ...on, name: on.device }, socket);
        },
      },
      interfaces: {
        state: () => ({ state: 'up', index: 1 }),
        nameOf: (name) => name,
        packets: () => 0,
        ...view,
      },
      onPacket: () => {
        seen.packets++;
        seen.order += 'p';
      },
      onSampling: (one) => {
        seen.order += one;
      },
      onNote: (message) => seen.notes.push(message),
      onFault: (fault, message) => seen.faults.push(`${fault}: ${message}`),
    });
    source.start();
    return { seen, asked, live: source };
  }

  it('hands over packets, the drops the kernel counted and what sampling left out', async () => {
    const { seen, live } = begin('steady');

    await vi.waitFor(() => expect(live.counters.kernelDrops).toBe(5), UNTIL);
    expect(seen.packets).toBe(1);
    expect(live.counters).toMatchObject({ received: 6, skipped: 2, restarts: 0, stalls: 0 });
    expect(live.view).toEqual({ name: 'steady', state: 'up', capturing: true, one: 1 });
  });

  it('tells of a change of sampling between the packets where it happened', async () => {
    const { seen, live } = begin('sampling');

    await vi.waitFor(() => expect(seen.order).toBe('p4p'), UNTIL);
    expect(live.view.one).toBe(4);
  });

  it('gives each child the filter and the sampling of its moment', async () => {
    const { seen } = begin('told');

    await vi.waitFor(() => expect(seen.faults).toEqual(['other: port 1 1']), UNTIL);
  });

  it('tries again when a child cannot be started for want of something that was there before', async () => {
    const kept = process.env['TMPDIR'];
    const { seen, live } = begin('crashing');
    await vi.waitFor(() => expect(seen.packets).toBeGreaterThan(0), UNTIL);

    process.env['TMPDIR'] = '/nowhere';
    const failed = /cannot be started \(ENOENT.*\): starting it again in/;
    await vi
      .waitFor(() => expect(seen.notes.join('\n')).toMatch(failed), UNTIL)
      .finally(() => {
        if (kept === undefined) delete process.env['TMPDIR'];
        else process.env['TMPDIR'] = kept;
      });
    const { restarts } = live.counters;

    await vi.waitFor(() => expect(seen.packets).toBeGreaterThan(2), UNTIL);
    expect(live.counters.restarts).toBeGreaterThan(restarts);
    expect(seen.faults).toEqual([]);
  });

  it('starts a child that crashed again, says so and adds its drops up', async () => {
    const { seen, live } = begin('crashing');

    await vi.waitFor(() => expect(seen.packets).toBeGreaterThanOrEqual(2), UNTIL);
    await vi.waitFor(() => expect(live.counters.kernelDrops).toBeGreaterThanOrEqual(10), UNTIL);
    expect(live.counters.restarts).toBeGreaterThanOrEqual(1);
    expect(seen.notes[0]).toMatch(/capture of crashing ended with code 3: starting it again/);
  });

  it('counts what the interface had while nothing captured as possibly lost', async () => {
    let packets = 100;
    const { live } = begin('crashing', { packets: () => packets++ });

    await vi.waitFor(() => expect(live.counters.restarts).toBeGreaterThanOrEqual(1), UNTIL);
    await vi.waitFor(() => expect(live.counters.possiblyLost).toBeGreaterThanOrEqual(1), UNTIL);
  });

  it('replaces a child whose stream cannot be read any further, and says so', async () => {
    const { seen, live } = begin('garbled');

    await vi.waitFor(() => expect(live.counters.restarts).toBeGreaterThanOrEqual(1), UNTIL);
    expect(seen.notes[0]).toMatch(/capture of garbled sent a broken stream \(bad-length\)/);
    expect(seen.packets).toBeGreaterThanOrEqual(1);
  });

  it('kills a child that sends nothing, not even figures, and starts another', async () => {
    const { seen, live } = begin('hanging');

    await vi.waitFor(() => expect(seen.packets).toBeGreaterThanOrEqual(2), UNTIL);
    expect(live.counters.stalls).toBeGreaterThanOrEqual(1);
    expect(seen.notes.slice(0, 2)).toEqual([
      'the capture of hanging hangs: killing it',
      'the capture of hanging ended with SIGKILL: starting it again in 250 ms',
    ]);
  });

  it('tells why a capture cannot begin', async () => {
    const { seen } = begin('forbidden');

    await vi.waitFor(() => expect(seen.faults[0]).toMatch(/^no-permission/), UNTIL);
    expect(seen.packets).toBe(0);
  });

  it('says that an interface has gone, waits, and captures again when it is back', async () => {
    let state: InterfaceState = { state: 'up', index: 1 };
    const { seen, live } = begin('steady', { state: () => state });
    await vi.waitFor(() => expect(seen.packets).toBe(1), UNTIL);

    state = { state: 'gone', index: 0 };
    await vi.waitFor(() => expect(seen.notes).toHaveLength(1), UNTIL);
    state = { state: 'up', index: 2 };
    await vi.waitFor(() => expect(seen.packets).toBe(2), UNTIL);

    expect(seen.notes[0]).toMatch(/interface steady is gone: waiting/);
    expect(seen.notes).toContain('interface steady is back');
    expect([live.counters.restarts, seen.faults]).toEqual([1, []]);
  });

  it('captures anew when an interface of the same name was made again unnoticed', async () => {
    let index = 1;
    const { seen } = begin('steady', { state: () => ({ state: 'up', index }) });
    await vi.waitFor(() => expect(seen.packets).toBe(1), UNTIL);

    index = 2;

    await vi.waitFor(() => expect(seen.packets).toBe(2), UNTIL);
  });

  it('follows an interface that was given another name', async () => {
    let state: InterfaceState = { state: 'up', index: 1 };
    let name = 'steady';
    const { seen, asked, live } = begin('steady', { state: () => state, nameOf: () => name });
    await vi.waitFor(() => expect(seen.packets).toBe(1), UNTIL);

    state = { state: 'down', index: 1 };
    name = 'lan0';
    await vi.waitFor(() => expect(live.view.state).toBe('down'), UNTIL);
    state = { state: 'up', index: 1 };
    await vi.waitFor(() => expect(seen.packets).toBe(2), UNTIL);

    expect(seen.notes[0]).toBe('interface steady is called lan0 now: capturing there');
    expect(asked).toEqual(['steady', 'lan0']);
    expect(live.view.name).toBe('lan0');
  });

  it('ends a child that hears nothing', async () => {
    const { seen, live } = begin('deaf');
    await vi.waitFor(() => expect(seen.packets).toBe(1), UNTIL);

    await live.stop();

    expect(seen.packets).toBe(1);
  });
});
