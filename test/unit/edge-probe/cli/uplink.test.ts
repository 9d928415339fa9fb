import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Uplink, type UplinkOptions } from '../../../../edge-probe/cli/uplink.ts';
import { ethernet, ipv4, ipv6, tcp } from '../../../support/packet-builder.ts';

describe('Uplink', () => {
  const open: Uplink[] = [];
  let server: Server | undefined;
  afterEach(() => {
    for (const uplink of open.splice(0)) uplink.stop();
    server?.close();
  });

  async function started(
    options: Partial<UplinkOptions>,
  ): Promise<{ uplink: Uplink; notes: string[] }> {
    const notes: string[] = [];
    const onNote = (message: string): number => notes.push(message);
    const uplink = new Uplink({ endpoint: undefined, region: undefined, onNote, ...options });
    open.push(uplink);
    await uplink.start();
    return { uplink, notes };
  }

  /** Whether the guard lets a packet from here to there pass. */
  function passes(uplink: Uplink, to: string, port: number): boolean {
    let passed = false;
    const payload = tcp({ from: 50_000, to: port }, 2);
    const frame = to.includes(':')
      ? ethernet(0x86dd, ipv6({ destination: to, next: 6, payload }))
      : ethernet(0x0800, ipv4({ destination: to, protocol: 6, payload }));
    const handler = uplink.guard.wrap(() => {
      passed = true;
    });
    handler(frame, 0, frame.length, frame.length, 1, 0);
    return passed;
  }

  it.each([
    ['http://127.0.0.1:4566', 'not ((host 127.0.0.1) and port 4566)'],
    ['http://127.0.0.1', 'not ((host 127.0.0.1) and port 80)'],
    ['https://[::1]/', 'not ((host ::1) and port 443)'],
  ])('leaves %s out', async (endpoint, filter) => {
    const { uplink } = await started({ endpoint });

    expect(uplink.filter('')).toBe(filter);
  });

  it('leaves out the relay instead when there is one', async () => {
    const { uplink } = await started({ endpoint: 'http://192.0.2.1:1', relay: '127.0.0.1:4433' });

    expect(uplink.filter('')).toBe('not ((host 127.0.0.1) and port 4433)');
    await expect(
      started({
        relay: 'relay.invalid:4433',
        resolve: async () => {
          throw new Error('no such host');
        },
      }),
    ).rejects.toThrow('--relay relay.invalid:4433: no such host');
  });

  it('does not keep a probe from capturing while no name can be looked up', async () => {
    const { notes } = await started({
      relay: 'relay.example:4433',
      resolve: async () => {
        throw Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' });
      },
    });

    expect(notes).toEqual([expect.stringContaining('cannot find out which addresses')]);
  });

  it('joins the filter of the user with it', async () => {
    const { uplink } = await started({ endpoint: 'http://127.0.0.1:1' });

    expect(uplink.filter('tcp or udp')).toBe('(tcp or udp) and not ((host 127.0.0.1) and port 1)');
    expect((await started({})).uplink.filter('tcp')).toBe('(tcp)');
    expect((await started({})).uplink.filter('')).toBe('');
  });

  it.each([
    ['eu-central-1', 'kinesis.eu-central-1.amazonaws.com'],
    ['cn-north-1', 'kinesis.cn-north-1.amazonaws.com.cn'],
  ])('leaves out the addresses that AWS has in %s', async (region, host) => {
    const asked: string[] = [];
    const resolve = async (name: string): Promise<readonly string[]> => {
      asked.push(name);
      return ['192.0.2.7', '2001:db8::7'];
    };

    const { uplink } = await started({ region, resolve });

    expect(asked).toEqual([host]);
    expect(uplink.filter('')).toBe('not ((host 192.0.2.7 or host 2001:db8::7) and port 443)');
    expect(passes(uplink, '192.0.2.7', 443)).toBe(false);
    expect(passes(uplink, '2001:db8::7', 443)).toBe(false);
    expect(passes(uplink, '192.0.2.7', 80)).toBe(true);
    expect(passes(uplink, '192.0.2.8', 443)).toBe(true);
    expect(uplink.guard.excluded).toBe(2);
  });

  it('says which endpoint has no address', async () => {
    await expect(started({ endpoint: 'http://nowhere.invalid:1' })).rejects.toThrow(
      /--endpoint http:\/\/nowhere\.invalid:1: /,
    );
  });

  it('goes on without the addresses of AWS, and says so', async () => {
    const resolve = async (): Promise<never> => {
      throw new Error('no name server');
    };

    const { uplink, notes } = await started({ region: 'eu-west-1', resolve });

    expect(uplink.filter('tcp')).toBe('(tcp)');
    expect(notes[0]).toMatch(
      /which addresses kinesis\.eu-west-1\.amazonaws\.com has \(no name server\)/,
    );
  });

  it('leaves out whatever else its requests connect to', async () => {
    const { uplink } = await started({});
    server = createServer((_, response) => response.end());
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(passes(uplink, '127.0.0.1', port)).toBe(true);

    await new Promise((resolve) => {
      get({ host: '127.0.0.1', port }, (answer) => answer.resume().on('end', resolve));
    });

    expect(passes(uplink, '127.0.0.1', port)).toBe(false);
  });
});
