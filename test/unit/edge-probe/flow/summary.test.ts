import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { summarize } from '../../../../edge-probe/flow/summary.ts';
import { type BuiltPacket, pcap } from '../../../support/capture-builder.ts';
import { dnsResponse, ipv4, tcp, udp } from '../../../support/packet-builder.ts';

const folder = mkdtempSync(joinPath(tmpdir(), 'summary-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = joinPath(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function capture(...packets: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const built: BuiltPacket[] = packets.map(([seconds, bytes]) => ({ seconds, bytes, fraction: 0 }));
  return pcap(built, { linkType: 101 });
}

const SEGMENT = ipv4({ protocol: 6, payload: tcp({ from: 1, to: 2 }, 16) });

describe('summarize', () => {
  it('counts pairs of ends once, whatever the time-outs', async () => {
    const path = file('pairs.pcap', capture([0, SEGMENT], [9_000, SEGMENT], [99_000, SEGMENT]));

    expect(await summarize(path)).toEqual({
      file: 'pairs.pcap',
      packets: 3,
      ip: 3,
      tcp_flows: 1,
      udp_flows: 0,
      dns_addresses: 0,
      flows: 3,
      undecodable: {},
      truncated: false,
    });
  });

  it('counts distinct addresses in answers from port 53 and fragments without ports not at all', async () => {
    const name = Uint8Array.of(0xc0, 12);
    const answers = [1, 2, 1].map((last) => ({ name, type: 1, data: [203, 0, 113, last] }));
    const answer = udp({ from: 53, to: 9 }, dnsResponse('a', answers));
    const bytes = capture(
      [0, ipv4({ protocol: 17, payload: answer })],
      [0, ipv4({ protocol: 17, payload: answer })],
      [0, ipv4({ protocol: 17, payload: answer, fragment: 9 })],
    );

    expect(await summarize(file('dns.pcap', bytes))).toMatchObject({
      ip: 3,
      udp_flows: 1,
      dns_addresses: 2,
    });
  });

  it('says where a capture was cut and what is no capture', async () => {
    const cut = capture([0, SEGMENT], [1, SEGMENT]).subarray(0, -1);

    expect(await summarize(file('cut.pcap', cut))).toMatchObject({
      packets: 1,
      truncated: true,
      error: { reason: 'truncated-record', offset: 24 + 16 + SEGMENT.length },
    });
    expect(await summarize(file('text.pcap', Buffer.from('hello there')))).toMatchObject({
      packets: 0,
      truncated: false,
      error: { reason: 'not-a-capture', offset: 0 },
    });
    expect((await summarize(file('empty.pcap', new Uint8Array(0)))).error?.reason).toBe('empty');
  });

  it('rejects when there is no file', async () => {
    await expect(summarize(joinPath(folder, 'none.pcap'))).rejects.toThrow('ENOENT');
  });
});
