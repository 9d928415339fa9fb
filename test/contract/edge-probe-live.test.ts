import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LiveSource } from '../../edge-probe/capture/live.ts';
import type { LiveFault } from '../../edge-probe/capture/live-message.ts';
import { captureObstacle } from '../support/live-capture.ts';

const UNTIL = { timeout: 20_000, interval: 20 };

const skipped = captureObstacle();

describe(`live capture on loopback${skipped ? ` (skipped: ${skipped})` : ''}`, () => {
  const sources: LiveSource[] = [];
  afterEach(() => Promise.all(sources.splice(0).map((source) => source.stop())));

  function begin(device: string, filter: string) {
    const seen = {
      syns: [] as { from: number; to: number }[],
      linkTypes: new Set<number>(),
      faults: [] as LiveFault[],
    };
    const source = new LiveSource({
      device,
      filter: () => filter,
      snapLength: 256,
      bufferBytes: 4 * 1024 * 1024,
      seed: 1,
      mostSampling: 4_096,
      onSampling: () => {},
      onPacket: (...[buf, offset, , , linkType]) => {
        const tcp = offset + (linkType === 113 ? 36 : 34);
        const port = (at: number): number => ((buf[tcp + at] ?? 0) << 8) | (buf[tcp + at + 1] ?? 0);
        seen.linkTypes.add(linkType);
        if (buf[tcp + 13] === 2) seen.syns.push({ from: port(0), to: port(2) });
      },
      onNote: () => {},
      onFault: (fault) => seen.faults.push(fault),
    });
    sources.push(source);
    source.start();
    return { seen, source };
  }

  async function talk(port: number): Promise<number> {
    const socket = connect(port, '127.0.0.1').resume();
    await new Promise((resolve) => socket.on('connect', resolve));
    const { localPort = 0 } = socket;
    await new Promise((resolve) => socket.on('close', resolve));
    return localPort;
  }

  async function serve(): Promise<{ port: number; close: () => void }> {
    const server = createServer((socket) => socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { port: (server.address() as AddressInfo).port, close: () => server.close() };
  }

  it.skipIf(skipped).each([
    ['lo', 1],
    ['any', 113],
  ])('sees every connection on %s exactly once', async (device, linkType) => {
    const { port, close } = await serve();
    const { seen } = begin(device, `tcp and host 127.0.0.1 and port ${port}`);
    // The first connections may come before the capture is open: they are only a sign that it is.
    await vi.waitFor(async () => {
      await talk(port);
      expect(seen.syns.length).toBeGreaterThan(0);
    }, UNTIL);

    const made: number[] = [];
    for (let i = 0; i < 20; i++) made.push(await talk(port));
    await vi.waitFor(() => expect(seen.syns.at(-1)?.from).toBe(made.at(-1)), UNTIL);
    close();

    expect(seen.syns.slice(-20).map(({ from }) => from)).toEqual(made);
    expect([...seen.linkTypes]).toEqual([linkType]);
  });

  it.skipIf(skipped)('leaves out what the filter leaves out', async () => {
    const [wanted, unwanted] = [await serve(), await serve()];
    const { seen } = begin('lo', `tcp and not (host 127.0.0.1 and port ${unwanted.port})`);
    await vi.waitFor(async () => {
      await talk(unwanted.port);
      await talk(wanted.port);
      expect(seen.syns.length).toBeGreaterThan(0);
    }, UNTIL);
    wanted.close();
    unwanted.close();

    // Others on this machine use the loopback too, so only these two ports say something.
    const ports = new Set(seen.syns.map(({ to }) => to));
    expect(ports).toContain(wanted.port);
    expect(ports).not.toContain(unwanted.port);
  });

  it.skipIf(skipped)('refuses a filter that is not one', async () => {
    const { seen } = begin('lo', 'tcp porridge 22');

    await vi.waitFor(() => expect(seen.faults).toContain('bad-filter'), UNTIL);
  });
});
