import { describe, expect, it } from 'vitest';
import { STEP } from '../../../../edge-probe/decode/packet.ts';
import { BEGIN, ConversationStates } from '../../../../edge-probe/flow/conversation-states.ts';
import { MeteredPackets } from '../../../support/metered.ts';
import { icmp, ipv4 } from '../../../support/packet-builder.ts';

const T = 1_700_000_000_000;
const PORTS = { from: 40_000, to: 22 };
const PAYLOAD = Uint8Array.of(1);

/** Packets as '>S <SA >A >PA+ <A0': + carries payload, 0 closes the window. */
function historyOf(packets: string): string | undefined {
  const metered = new MeteredPackets();
  packets.split(' ').forEach((packet, i) => {
    const flags = packet.slice(1).replace(/[+0]/g, '');
    metered.tcp(T + i, packet[0] as '>' | '<', flags, PORTS, {
      ...(packet.includes('+') ? { payload: PAYLOAD } : {}),
      ...(packet.includes('0') ? { window: 0 } : {}),
    });
  });
  return metered.finished().at(-1)?.history;
}

describe('the history of a flow', () => {
  it.each([
    ['S', '>S'],
    ['S', '>S >S'],
    ['Sr', '>S <RA'],
    ['ShA', '>S <SA >A'],
    ['ShADadFf', '>S <SA >A >PA+ <A <PA+ >A >FA <FA >A'],
    ['ShADdaFfR', '>S <SA >A >PA+ <PA+ <A >FA <FA >R'],
    ['ShAFaf', '>S <SA >A >FA+ <A <FA'],
    ['^hA', '<SA >A'],
    ['^dA', '<PA+ >A'],
    ['DA', '>PA+ >A'],
    ['ShAawdW', '>S <SA >A <A0 <PA+ >A0'],
    ['ShAW', '>S <SA >A >A0 >A0'],
    ['ShAf', '>S <SA >A <FA >A0'],
    ['I', '>FR'],
    ['Q', '>SF'],
    ['Sq', '>S <SR'],
  ])('is %s of %s', (history, packets) => {
    expect(historyOf(packets)).toBe(history);
  });

  it('has D and d of UDP, and nothing of other protocols', () => {
    const other = ipv4({ protocol: 1, payload: icmp(8) });
    const metered = new MeteredPackets().udp(T, '>', PORTS).udp(T, '<', PORTS).ip(T, other);

    expect(metered.finished().map(({ history }) => history)).toEqual(['Dd', '']);
  });

  it('goes on where the flow has closed', () => {
    const metered = new MeteredPackets();
    metered.tcp(T, '>', 'S').tcp(T + 1, '<', 'RA');
    metered.meter.cut();

    expect(metered.tcp(T + 2, '>', 'A').finished()).toMatchObject([
      { history: 'Sr', state: 'REJ' },
      { kind: 'data', history: 'SrA', state: 'REJ' },
    ]);
  });
});

describe('ConversationStates', () => {
  it('stay few whatever comes, and go on following the ends', () => {
    const states = new ConversationStates();
    let seed = 1;
    for (let flow = 0; flow < 200_000; flow++) {
      let state: number = BEGIN.tcp;
      for (let packet = 0; packet < 12; packet++) {
        seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
        state = states.after(state, seed >>> 25);
      }
    }

    expect(states.count).toBeLessThanOrEqual(8_192);
    const partial = states.histories.indexOf('X');
    expect(partial).toBeGreaterThan(0);
    expect(states.histories[states.after(partial, STEP.payload)]).toBe('X');
  });
});
