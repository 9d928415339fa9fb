import { describe, expect, it } from 'vitest';
import { SERVICES } from '../../../../core/classify/services.ts';
import { EVENT_KIND, METHOD } from '../../../../core/event/kinds.ts';
import { Identifier } from '../../../../edge-probe/app/identifier.ts';
import { tlsHello } from '../../../support/hello-builder.ts';
import { MeteredPackets } from '../../../support/metered.ts';
import { ipv4, tcp } from '../../../support/packet-builder.ts';

const AT_MS = 1_700_000_000_000;
const HELLO = tlsHello({ name: 'www.example.org', alpn: ['h2'], keyBytes: 1_300 });

/** A client's segments to port 443, then what the rows of batches tell. */
function metered(segments: readonly Uint8Array[]): { flow: unknown; names: string[] } {
  const packets = new MeteredPackets({ identifier: new Identifier() });
  packets.tcp(AT_MS, '>', 'S', { from: 40_000, to: 443 });
  for (const [i, payload] of segments.entries()) {
    packets.ip(
      AT_MS + 1 + i,
      ipv4({ protocol: 6, payload: tcp({ from: 40_000, to: 443 }, 24, payload) }),
    );
  }
  packets.meter.finish();
  const names: string[] = [];
  let flow: unknown;
  for (const events of packets.batches) {
    for (let row = 0; row < events.length; row++) {
      const text = events.texts[events.text[row] as number] as string;
      if (events.kind[row] === EVENT_KIND.name) names.push(text);
      else {
        flow = {
          service: SERVICES[events.service[row] as number]?.name,
          method: events.method[row],
          detail: events.texts[events.detail[row] as number],
        };
      }
    }
  }
  return { flow, names };
}

describe('a meter with an identifier', () => {
  it('tells service, name and fingerprint of a hello in two segments', () => {
    const whole = metered([HELLO]);
    const cut = metered([HELLO.subarray(0, 1_000), HELLO.subarray(1_000)]);

    expect(whole.flow).toMatchObject({ service: 'https', method: METHOD.payload });
    expect(whole.flow).toHaveProperty('detail', expect.stringMatching(/^t12d0203h2_/));
    expect(whole.names).toEqual(['www.example.org']);
    expect(cut).toEqual(whole);
  });

  it('tells the service and the name of a hello whose rest never comes', () => {
    const { flow, names } = metered([HELLO.subarray(0, 1_000)]);

    expect(flow).toEqual({ service: 'https', method: METHOD.payload, detail: '' });
    expect(names).toEqual(['www.example.org']);
  });
});
