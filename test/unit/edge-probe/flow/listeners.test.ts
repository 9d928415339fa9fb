import { describe, expect, it } from 'vitest';
import { SERVICES } from '../../../../core/classify/services.ts';
import { CONN_STATES, EVENT_KIND } from '../../../../core/event/kinds.ts';
import { DetailTexts } from '../../../../edge-probe/flow/detail-texts.ts';
import type { FlowView } from '../../../../edge-probe/flow/flow-view.ts';
import {
  type FlowListener,
  IDENTIFIED,
  type PayloadIdentifier,
} from '../../../../edge-probe/flow/ports.ts';
import { MeteredPackets } from '../../../support/metered.ts';
import { ethernet, icmp, ipv4, ipv6, join, u16, udp } from '../../../support/packet-builder.ts';

const T = 1_700_000_000_000;
const PORTS = { from: 40_000, to: 443 };
const TLS = SERVICES.findIndex(({ name }) => name === 'https');

function seen(flow: FlowView): object {
  const initiator = new Uint8Array(16);
  const responder = new Uint8Array(16);
  const size = flow.copyInitiator(initiator);
  flow.copyResponder(responder);
  return {
    ends: [initiator.subarray(0, size).join('.'), responder.subarray(0, size).join('.')],
    ports: [flow.initiatorPort, flow.responderPort],
    packets: [flow.packetsOut, flow.packetsIn],
    bytes: [flow.bytesOut, flow.bytesIn],
    times: [flow.startMs - T, flow.lastMs - T, flow.nowMs - T],
    state: CONN_STATES[flow.state],
    service: flow.service,
  };
}

class Recorder implements FlowListener {
  readonly told: [string, object][] = [];
  readonly ticks: number[] = [];
  finished = 0;
  readonly opened = (flow: FlowView): void => void this.told.push(['opened', seen(flow)]);
  readonly closed = (flow: FlowView): void => void this.told.push(['closed', seen(flow)]);
  readonly identified = (flow: FlowView): void => void this.told.push(['identified', seen(flow)]);
  readonly tick = (nowMs: number): void => void this.ticks.push(nowMs - T);
  readonly finish = (): void => void this.finished++;
}

/** Finds https in payload that begins with 1, wants more after 2, and keeps what it was asked. */
class Finder implements PayloadIdentifier {
  service = 0;
  confidence = 0;
  name = '';
  nameService = 0;
  fingerprint = '';
  readonly asked: [number, boolean, number][] = [];

  // biome-ignore lint/complexity/useMaxParams: the port's own
  identify(
    bytes: Uint8Array,
    _view: DataView,
    at: number,
    end: number,
    _protocol: number,
    fromInitiator: boolean,
    responderPort: number,
  ): number {
    this.asked.push([end - at, fromInitiator, responderPort]);
    const isFound = bytes[at] === 1;
    this.service = isFound ? TLS : 0;
    this.confidence = isFound ? 95 : 0;
    this.name = isFound ? 'a.example' : '';
    this.nameService = isFound ? TLS : 0;
    this.fingerprint = isFound ? 't13d0000_0_0' : '';
    if (isFound) return IDENTIFIED.found;
    return bytes[at] === 2 ? IDENTIFIED.more : IDENTIFIED.none;
  }
}

function segment(first: number): { payload: Uint8Array } {
  return { payload: Uint8Array.of(first, 0, 0) };
}

describe('a listener', () => {
  it('sees a flow begin, be identified and end', () => {
    const behaviour = new Recorder();
    new MeteredPackets({ behaviour, identifier: new Finder() })
      .tcp(T, '>', 'S', PORTS)
      .tcp(T + 10, '<', 'SA', PORTS)
      .tcp(T + 20, '>', 'PA', PORTS, segment(1))
      .tcp(T + 30, '<', 'R', PORTS)
      .finished();

    const same = { ends: ['192.0.2.1', '198.51.100.2'], ports: [40_000, 443] };
    expect(behaviour.told).toMatchObject([
      ['opened', { ...same, packets: [1, 0], bytes: [40, 0], state: 'NONE', service: 0 }],
      ['identified', { ...same, packets: [2, 1], bytes: [83, 40], service: TLS }],
      ['closed', { ...same, packets: [2, 2], times: [0, 30, 30], state: 'RSTR', service: TLS }],
    ]);
  });

  it('sees seconds pass, flows of IPv6, and the end of all', () => {
    const behaviour = new Recorder();
    const metered = new MeteredPackets({ behaviour });
    metered.ip(T, ipv6({ next: 17, payload: udp({ from: 9, to: 10 }) }));
    metered.meter.tick(T + 2_000);

    metered.finished();

    expect(behaviour.ticks).toContain(2_000);
    expect(behaviour.finished).toBe(1);
    expect(behaviour.told).toMatchObject([
      [
        'opened',
        { ends: ['32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1', '32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.2'] },
      ],
      ['closed', { state: 'S0', ports: [9, 10] }],
    ]);
  });

  it('may add rows of its own at any time', () => {
    const metered: MeteredPackets = new MeteredPackets({
      batchEvents: 2,
      behaviour: {
        opened: (flow) => metered.meter.rows.add(EVENT_KIND.finding, flow.nowMs, () => {}),
        closed: (flow) => metered.meter.rows.add(EVENT_KIND.finding, flow.nowMs, () => {}),
      },
    });
    for (let from = 1; from <= 3; from++) metered.tcp(T, '>', 'S', { from, to: 2 });
    const rows = metered.tcp(T + 1, '<', 'RA', { from: 1, to: 2 }).finished();

    expect(rows.filter(({ kind }) => kind === 'finding')).toHaveLength(6);
    expect(rows.reduce((sum, { packets }) => sum + packets[0] + packets[1], 0)).toBe(4);
    expect(metered.meter.counters).toMatchObject({ flows: 3, closed: 3 });
  });
});

describe('an identifier', () => {
  it('has its service, name and fingerprint told', () => {
    const rows = new MeteredPackets({ identifier: new Finder() })
      .tcp(T, '>', 'S', PORTS)
      .tcp(T + 1, '>', 'PA', PORTS, segment(1))
      .finished();

    const told = { service: 'https', method: 'payload', confidence: 95 };
    expect(rows).toMatchObject([
      { kind: 'whole', ...told, detail: 't13d0000_0_0' },
      {
        kind: 'name',
        ...told,
        initiator: '192.0.2.1:0',
        responder: '198.51.100.2:0',
        text: 'a.example',
      },
    ]);
  });

  it('is asked about payload only, until each side is told not to be known', () => {
    const identifier = new Finder();
    const metered = new MeteredPackets({ identifier }).tcp(T, '>', 'S', PORTS);
    for (let i = 1; i < 5; i++) {
      metered.tcp(T + i, '>', 'PA', PORTS, segment(0)).tcp(T + i, '<', 'PA', PORTS, segment(0));
    }

    expect(identifier.asked).toEqual([
      [3, true, 443],
      [3, false, 443],
    ]);
  });

  it('is asked four times of a flow at most', () => {
    const identifier = new Finder();
    const metered = new MeteredPackets({ identifier });
    for (let i = 0; i < 9; i++) metered.udp(T + i, '>', PORTS, Uint8Array.of(2));

    expect(identifier.asked).toHaveLength(4);
    expect(metered.finished()).toMatchObject([{ service: 'unknown', method: 'none' }]);
  });

  it('is asked anew of the next flow with the same ends', () => {
    const identifier = new Finder();
    const metered = new MeteredPackets({ identifier });
    for (const at of [T, T + 100]) {
      metered.tcp(at, '>', 'S', PORTS).tcp(at + 1, '>', 'PA', PORTS, segment(0));
      metered.tcp(at + 2, '>', 'R', PORTS);
    }

    expect(identifier.asked).toHaveLength(2);
  });
});

describe('rows of flows', () => {
  it('tell type and code of ICMP, whichever way the answer pairs', () => {
    const ping = ipv4({ protocol: 1, payload: icmp(8, 3) });
    const lost = ipv4({ protocol: 1, payload: icmp(3, 13) });

    const rows = new MeteredPackets().ip(T, ping).ip(T, lost).finished();

    expect(rows).toMatchObject([
      { initiator: '192.0.2.1:8', responder: '198.51.100.2:3' },
      { initiator: '192.0.2.1:3', responder: '198.51.100.2:13' },
    ]);
  });

  it('tell the outermost VLAN', () => {
    const ip = ipv4({ protocol: 17, payload: udp(PORTS) });
    const frame = ethernet(0x88a8, join(u16(0x2005), u16(0x8100), u16(9), u16(0x0800), ip));
    const plain = ethernet(0x0800, ipv4({ protocol: 17, payload: udp({ from: 1, to: 2 }) }));

    const rows = new MeteredPackets().frame(T, frame).frame(T, plain).finished();

    expect(rows.map(({ vlan }) => vlan)).toEqual([5, 0]);
  });

  it('tell the process that owns the flow', () => {
    const owner = (flow: FlowView) =>
      flow.responderPort === 443 ? { pid: 77, command: 'curl' } : undefined;

    const rows = new MeteredPackets({ owner })
      .udp(T, '>', PORTS)
      .udp(T, '>', { from: 1, to: 2 })
      .finished();

    expect(rows.map(({ pid, text }) => [pid, text])).toEqual([
      [77, 'curl'],
      [0, ''],
    ]);
  });
});

describe('DetailTexts', () => {
  it('keep a text once, and are forgotten when they are too many', () => {
    const details = new DetailTexts();
    const first = details.idOf('a');

    expect(details.idOf('a')).toBe(first);
    expect(details.text(first)).toBe('a');
    expect(details.text(details.idOf(''))).toBe('');
    for (let i = 0; i < 16_384; i++) details.idOf(`text ${i}`);
    expect(details.text(first)).toBe('');
    expect(details.text(details.idOf('b'))).toBe('b');
    expect(details.overflows).toBe(1);
  });
});
