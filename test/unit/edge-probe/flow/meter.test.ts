import { describe, expect, it } from 'vitest';
import { MeteredPackets, type MeteredRow } from '../../../support/metered.ts';
import { dnsResponse, icmp, ipv4, ipv6, tcp, udp } from '../../../support/packet-builder.ts';

const T = 1_700_000_000_000;
const NTP = { from: 5_000, to: 123 };
const DNS = { from: 5_000, to: 53 };
const ANSWER = dnsResponse('a.example', [
  { name: Uint8Array.of(0xc0, 12), type: 1, data: [203, 0, 113, 9] },
]);

function kinds(rows: readonly MeteredRow[]): string[] {
  return rows.map(({ kind }) => kind);
}

function total(rows: readonly MeteredRow[]): [number, number] {
  return rows.reduce<[number, number]>(
    ([out, back], { packets }) => [out + packets[0], back + packets[1]],
    [0, 0],
  );
}

describe('Meter', () => {
  it('tells a connection inside one batch in one row', () => {
    const rows = new MeteredPackets()
      .tcp(T, '>', 'S')
      .tcp(T + 10, '<', 'SA')
      .tcp(T + 20, '>', 'A')
      .tcp(T + 30, '>', 'FA')
      .tcp(T + 40, '<', 'FA')
      .tcp(T + 50, '>', 'A')
      .finished();

    expect(rows).toEqual([
      {
        kind: 'whole',
        time: T,
        durationMs: 50,
        flow: 1,
        initiator: '192.0.2.1:40000',
        responder: '198.51.100.2:22',
        protocol: 6,
        packets: [4, 2],
        bytes: [160, 80],
        flags: [0x13, 0x13],
        state: 'SF',
        text: '',
        history: 'ShAFf',
        vlan: 0,
        service: 'unknown',
        method: 'none',
        confidence: 0,
        detail: '',
        pid: 0,
      },
    ]);
  });

  it('tells a longer one in an open row, data rows and a close row that add up', () => {
    const metered = new MeteredPackets().tcp(T, '>', 'S').tcp(T + 10, '<', 'SA');
    for (let second = 1; second <= 130; second++) metered.tcp(T + second * 1000, '>', 'PA');
    const rows = metered.tcp(T + 130_500, '<', 'R').finished();

    expect(kinds(rows)).toEqual(['open', 'data', 'data', 'data', 'close']);
    expect(rows[0]).toMatchObject({ packets: [1, 1], state: 'NONE' });
    expect(rows.at(-1)).toMatchObject({ state: 'RSTR', durationMs: 130_500, time: T + 130_500 });
    expect(total(rows)).toEqual([131, 2]);
    expect(new Set(rows.map(({ flow }) => flow)).size).toBe(1);
  });

  it('takes the sender of the SYN for the initiator even when the answer is seen first', () => {
    expect(new MeteredPackets().tcp(T, '<', 'SA').finished()[0]).toMatchObject({
      initiator: '192.0.2.1:40000',
      packets: [0, 1],
      state: 'OTH',
    });
  });

  it('takes the side of the well-known port for the responder of a conversation already under way', () => {
    expect(new MeteredPackets().tcp(T, '<', 'PA').finished()[0]).toMatchObject({
      initiator: '192.0.2.1:40000',
      packets: [0, 1],
    });
  });

  it('begins anew with a SYN when it had come into the middle', () => {
    const rows = new MeteredPackets()
      .tcp(T, '<', 'PA')
      .tcp(T + 1, '>', 'S')
      .finished();

    expect(rows.map(({ initiator, state }) => [initiator, state])).toEqual([
      ['192.0.2.1:40000', 'OTH'],
      ['192.0.2.1:40000', 'S0'],
    ]);
  });

  it('begins anew when a 5-tuple is used again', () => {
    const metered = new MeteredPackets();
    for (const at of [T, T + 100]) metered.tcp(at, '>', 'S').tcp(at + 1, '<', 'RA');

    expect(metered.finished().map(({ flow, state }) => [flow, state])).toEqual([
      [1, 'REJ'],
      [2, 'REJ'],
    ]);
  });

  it('keeps late packets with the flow that has closed', () => {
    const metered = new MeteredPackets().tcp(T, '>', 'S').tcp(T + 1, '<', 'RA');
    const rows = metered.tcp(T + 2_000, '>', 'A').finished();

    expect(kinds(rows)).toEqual(['whole', 'data']);
    expect(rows.map(({ flow, packets }) => [flow, packets])).toEqual([
      [1, [1, 1]],
      [1, [1, 0]],
    ]);
    expect(metered.meter.counters).toMatchObject({ flows: 1, closed: 1, live: 0 });
  });

  it('tells a flow that says something and closes in a later batch in one row there', () => {
    const metered = new MeteredPackets({ firstDataMs: 2_000 });
    metered
      .tcp(T, '>', 'S')
      .tcp(T + 1, '<', 'SA')
      .tcp(T + 1_500, '>', 'A')
      .tcp(T + 2_500, '>', 'A');
    const rows = metered.tcp(T + 2_600, '<', 'R').finished();

    expect(kinds(rows)).toEqual(['open', 'close']);
    expect(total(rows)).toEqual([3, 2]);
  });

  it('counts a host that talks to itself as one that sends', () => {
    const same = ipv4({
      source: '192.0.2.1',
      destination: '192.0.2.1',
      protocol: 17,
      payload: udp({ from: 9, to: 9 }),
    });

    expect(new MeteredPackets().ip(T, same).ip(T, same).finished()[0]).toMatchObject({
      packets: [2, 0],
      state: 'S0',
    });
  });

  it('keeps 5-tuples of IPv4 and IPv6, of protocols and of fragments apart', () => {
    const ports = { from: 5, to: 5 };
    const metered = new MeteredPackets()
      .ip(T, ipv4({ protocol: 17, payload: udp(ports) }))
      .ip(T, ipv4({ protocol: 6, payload: tcp(ports, 16) }))
      .ip(T, ipv6({ next: 17, payload: udp(ports) }))
      .ip(
        T,
        ipv6({ next: 17, payload: udp(ports), source: '2001:db8::2', destination: '2001:db8::1' }),
      )
      .ip(T, ipv4({ protocol: 17, payload: udp(ports), fragment: 1 }))
      .ip(T, ipv4({ protocol: 17, payload: udp({ from: 0, to: 0 }) }))
      .ip(T, ipv4({ protocol: 47, payload: new Uint8Array(8) }));

    expect(metered.finished().map(({ packets }) => packets)).toEqual([
      [1, 0],
      [1, 0],
      [1, 1],
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
  });

  it('puts an echo and its reply into one flow', () => {
    const ping = ipv4({ protocol: 1, payload: icmp(8) });
    const pong = ipv4({
      protocol: 1,
      payload: icmp(0),
      source: '198.51.100.2',
      destination: '192.0.2.1',
    });

    expect(
      new MeteredPackets()
        .ip(T, ping)
        .ip(T + 1, pong)
        .finished(),
    ).toMatchObject([
      { initiator: '192.0.2.1:8', responder: '198.51.100.2:0', packets: [1, 1], state: 'OTH' },
    ]);
  });

  it('counts what it cannot decode by reason', () => {
    const metered = new MeteredPackets().ip(T, Uint8Array.of(0x45, 0)).ip(T, Uint8Array.of(0x10));

    expect(metered.meter.counters).toMatchObject({
      packets: 2,
      ip: 1,
      flows: 0,
      undecodable: { 'short-ip': 1, 'bad-ip-version': 1 },
    });
  });

  it('counts more bytes than 32 bits hold', () => {
    const big = new Uint8Array(65_535);
    big.set(ipv4({ protocol: 17, payload: udp(NTP), totalLength: 65_535 }));
    const metered = new MeteredPackets();
    for (let i = 0; i < 70_000; i++) metered.ip(T, big);

    expect(metered.finished()).toMatchObject([
      { packets: [70_000, 0], bytes: [70_000 * 65_535, 0] },
    ]);
  });
});

describe('connection states', () => {
  it.each([
    ['S0', '>S'],
    ['S0', '>S >S'],
    ['S1', '>S <SA'],
    ['S1', '>S <SA >A >PA <A'],
    ['SF', '>S <SA >A >FA <FA'],
    ['S2', '>S <SA >A >FA <A'],
    ['S3', '>S <SA >A <FA >A'],
    ['REJ', '>S <RA'],
    ['RSTO', '>S <SA >R'],
    ['RSTO', '>S <SA >A <FA >R'],
    ['RSTR', '>S <SA >A <R'],
    ['RSTOS0', '>S >R'],
    ['RSTRH', '<SA <R'],
    ['SH', '>S >FA'],
    ['SHR', '<SA <FA'],
    ['OTH', '>PA <A'],
    ['RSTOS0', '<R'],
    ['S1', '>S <S <SA >SA'],
  ])('%s of %s', (state, packets) => {
    const metered = new MeteredPackets();
    packets.split(' ').forEach((packet, i) => {
      metered.tcp(T + i, packet[0] as '>' | '<', packet.slice(1));
    });

    const rows = metered.finished();

    expect(rows.map((row) => row.state)).toEqual([state]);
  });

  it('are S0 and SF for UDP', () => {
    const other = { from: 6_000, to: 123 };
    const metered = new MeteredPackets().udp(T, '>', NTP).udp(T, '>', other).udp(T, '<', other);

    expect(metered.finished().map(({ state }) => state)).toEqual(['S0', 'SF']);
  });
});

describe('time-outs', () => {
  it.each([
    ['a TCP attempt', 5_000, (m: MeteredPackets) => m.tcp(T, '>', 'S')],
    ['TCP', 300_000, (m: MeteredPackets) => m.tcp(T, '>', 'S').tcp(T, '<', 'SA')],
    ['half-closed TCP', 15_000, (m: MeteredPackets) => m.tcp(T, '>', 'S').tcp(T, '<', 'FA')],
    ['UDP', 60_000, (m: MeteredPackets) => m.udp(T, '>', NTP)],
    ['ICMP', 60_000, (m: MeteredPackets) => m.ip(T, ipv4({ protocol: 1, payload: icmp(8) }))],
    ['others', 60_000, (m: MeteredPackets) => m.ip(T, ipv4({ protocol: 50, payload: icmp(8) }))],
  ])('close %s after %d ms of silence', (_, idleMs, begin) => {
    const metered = begin(new MeteredPackets());

    metered.meter.tick(T + idleMs - 1);
    expect(metered.meter.counters.live).toBe(1);
    metered.meter.tick(T + idleMs + 1_000);
    expect(metered.meter.counters.live).toBe(0);
    metered.meter.tick(T + idleMs + 3_000);

    expect(kinds(metered.rows())).toEqual(['open', 'close']);
    const [, close] = metered.rows();
    expect(close).toMatchObject({ flow: 1, packets: [0, 0], initiator: ':0', responder: ':0' });
    expect(close?.time).toBeGreaterThanOrEqual(T + idleMs);
    expect(close?.time).toBeLessThanOrEqual(T + idleMs + 1_000);
  });

  it('are exact for a packet that comes before they were looked at', () => {
    const quick = { udpIdleMs: 100 };
    const rows = new MeteredPackets(quick)
      .udp(T + 1, '>', NTP)
      .udp(T + 101, '>', NTP)
      .udp(T + 202, '>', NTP)
      .finished();

    expect(rows.map(({ flow, packets }) => [flow, packets])).toEqual([
      [1, [2, 0]],
      [2, [1, 0]],
    ]);
  });

  it('hold over a gap longer than the wheel', () => {
    const rows = new MeteredPackets()
      .udp(T, '>', NTP)
      .udp(T + 86_400_000, '<', NTP)
      .finished();

    expect(rows.map(({ kind, flow, initiator }) => [kind, flow, initiator])).toEqual([
      ['open', 1, '192.0.2.1:5000'],
      ['close', 1, ':0'],
      ['whole', 2, '198.51.100.2:123'],
    ]);
  });

  it('go on when the clock is set back', () => {
    const metered = new MeteredPackets().udp(T + 3_600_000, '>', NTP).udp(T, '<', NTP);

    metered.meter.tick(T + 600_000);

    expect(kinds(metered.rows())).toContain('close');
    expect(metered.meter.counters).toMatchObject({ flows: 2, closed: 2 });
  });

  it('hold for flows whose last packet the clock put into the future', () => {
    const metered = new MeteredPackets()
      .udp(T + 3_600_000, '>', NTP)
      .udp(T, '>', { from: 1, to: 2 });

    for (let second = 0; second <= 600; second++) metered.meter.tick(T + second * 1_000);

    expect(metered.meter.counters).toMatchObject({ flows: 2, closed: 2, live: 0 });
  });

  it('close an answered DNS question at once and open another flow for the next', () => {
    const metered = new MeteredPackets()
      .udp(T, '>', DNS)
      .udp(T + 1, '<', DNS)
      .udp(T + 2, '>', DNS)
      .udp(T + 3, '>', DNS)
      .udp(T + 4, '<', DNS);

    expect(metered.meter.counters).toMatchObject({ flows: 2, closed: 1 });
    metered.udp(T + 5, '<', DNS);
    expect(metered.meter.counters).toMatchObject({ flows: 2, closed: 2 });
    expect(metered.finished().map(({ kind, packets, state }) => [kind, packets, state])).toEqual([
      ['whole', [1, 1], 'SF'],
      ['whole', [2, 2], 'SF'],
    ]);
  });
});

describe('a full table', () => {
  it('closes the flow that is due first and counts it', () => {
    const metered = new MeteredPackets({ maxFlows: 2 })
      .tcp(T, '>', 'S', { from: 1, to: 80 })
      .udp(T, '>', NTP)
      .tcp(T + 1, '>', 'S', { from: 2, to: 80 })
      .tcp(T + 2, '>', 'S', { from: 3, to: 80 });

    expect(metered.meter.counters).toMatchObject({ flows: 4, live: 2, evicted: 2 });
    expect(kinds(metered.finished())).toEqual(['whole', 'whole', 'whole', 'whole']);
  });
});

describe('batches', () => {
  it('are cut by capture time', () => {
    const metered = new MeteredPackets().udp(T, '>', NTP).udp(T + 999, '>', { from: 1, to: 2 });
    expect(metered.batches).toHaveLength(0);

    metered.udp(T + 1_000, '>', { from: 3, to: 4 });

    expect(metered.batches.map(({ length }) => length)).toEqual([2]);
  });

  it('are cut by rows', () => {
    const metered = new MeteredPackets({ batchEvents: 2 });
    for (let from = 1; from <= 5; from++) metered.udp(T, '>', { from, to: 9 });

    metered.meter.finish();

    expect(metered.batches.every(({ length }) => length <= 2)).toBe(true);
    expect(total(metered.rows())).toEqual([5, 0]);
    expect(metered.meter.counters).toMatchObject({ flows: 5, closed: 5 });
  });

  it('are handed over though no packet comes', () => {
    const metered = new MeteredPackets().udp(T, '>', NTP);

    metered.meter.tick(T + 1_000);

    expect(metered.batches).toHaveLength(1);
  });

  it('are never empty', () => {
    const metered = new MeteredPackets();
    metered.meter.tick(T);
    metered.meter.tick(T + 100_000);
    metered.meter.finish();

    expect(metered.batches).toEqual([]);
  });
});

describe('names', () => {
  it('become rows: who asked, the address, the name', () => {
    const rows = new MeteredPackets().udp(T, '<', DNS, ANSWER).finished();

    expect(rows.find(({ kind }) => kind === 'name')).toMatchObject({
      time: T,
      initiator: '192.0.2.1:0',
      responder: '203.0.113.9:0',
      text: 'a.example',
      packets: [0, 0],
      flow: 0,
    });
  });

  it('are not told again for some minutes', () => {
    const metered = new MeteredPackets();
    for (const at of [T, T + 1_000, T + 299_000, T + 301_000]) metered.udp(at, '<', DNS, ANSWER);

    expect(metered.finished().filter(({ kind }) => kind === 'name')).toHaveLength(2);
    expect(metered.meter.counters.names).toEqual({ learnt: 2, repeated: 2, malformed: 0 });
  });

  it('are remembered in bounded memory', () => {
    const metered = new MeteredPackets({ maxNames: 1 });
    const other = dnsResponse('b.example', [
      { name: Uint8Array.of(0xc0, 12), type: 1, data: [203, 0, 113, 9] },
    ]);
    for (const answer of [ANSWER, other, ANSWER]) metered.udp(T, '<', DNS, answer);

    expect(metered.meter.counters.names.learnt).toBe(3);
  });

  it('are learnt from port 53 only', () => {
    const metered = new MeteredPackets().udp(T, '<', { from: 5_000, to: 5_353 }, ANSWER);

    expect(kinds(metered.finished())).toEqual(['whole']);
  });

  it('that are cut are counted', () => {
    const metered = new MeteredPackets().udp(T, '<', DNS, ANSWER.subarray(0, -1));

    expect(metered.meter.counters.names.malformed).toBe(1);
  });
});
