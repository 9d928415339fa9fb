import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LiveSource } from '../../../../edge-probe/capture/live.ts';
import type { InterfaceState } from '../../../../edge-probe/capture/live-interface.ts';

const CHILD = fileURLToPath(
  new URL('../../../fixtures/edge-probe/capture-child.mjs', import.meta.url),
);
const UNTIL = { timeout: 15_000, interval: 20 };

describe('LiveSource', () => {
  let source: LiveSource | undefined;
  afterEach(() => source?.stop());

  function begin(device: string, state: () => InterfaceState = () => ({ state: 'up', index: 1 })) {
    const seen = { packets: 0, notes: [] as string[], faults: [] as string[] };
    source = new LiveSource({
      device,
      filter: '',
      snapLength: 256,
      bufferBytes: 1024,
      childArgs: [CHILD],
      stateOf: state,
      onPacket: () => seen.packets++,
      onNote: (message) => seen.notes.push(message),
      onFault: (fault) => seen.faults.push(fault),
    });
    source.start();
    return { seen, live: source };
  }

  it('hands over packets and the drops the kernel counted', async () => {
    const { seen, live } = begin('steady');

    await vi.waitFor(
      () => expect([seen.packets, live.counters.kernelDrops]).toEqual([1, 5]),
      UNTIL,
    );
    expect(live.counters.restarts).toBe(0);
  });

  it('starts a child that crashed again, says so and adds its drops up', async () => {
    const { seen, live } = begin('crashing');

    await vi.waitFor(() => expect(seen.packets).toBeGreaterThanOrEqual(2), UNTIL);
    await vi.waitFor(() => expect(live.counters.kernelDrops).toBeGreaterThanOrEqual(10), UNTIL);
    expect(live.counters.restarts).toBeGreaterThanOrEqual(1);
    expect(seen.notes[0]).toMatch(/capture of crashing ended with code 3: starting it again/);
  });

  it('replaces a child whose stream cannot be read any further, and says so', async () => {
    const { seen, live } = begin('garbled');

    await vi.waitFor(() => expect(live.counters.restarts).toBeGreaterThanOrEqual(1), UNTIL);
    expect(seen.notes[0]).toMatch(/capture of garbled sent a broken stream \(bad-length\)/);
    expect(seen.packets).toBeGreaterThanOrEqual(1);
  });

  it('tells why a capture cannot begin', async () => {
    const { seen } = begin('forbidden');

    await vi.waitFor(() => expect(seen.faults).toContain('no-permission'), UNTIL);
    expect(seen.packets).toBe(0);
  });

  it('says that an interface has gone, waits, and captures again when it is back', async () => {
    let state: InterfaceState = { state: 'up', index: 1 };
    const { seen, live } = begin('steady', () => state);
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
    const { seen } = begin('steady', () => ({ state: 'up', index }));
    await vi.waitFor(() => expect(seen.packets).toBe(1), UNTIL);

    index = 2;

    await vi.waitFor(() => expect(seen.packets).toBe(2), UNTIL);
  });

  it('ends a child that hears no signal', async () => {
    const { seen, live } = begin('deaf');
    await vi.waitFor(() => expect(seen.packets).toBe(1), UNTIL);

    await live.stop();

    expect(seen.packets).toBe(1);
  });
});
