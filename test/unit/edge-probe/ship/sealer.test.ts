import { describe, expect, it } from 'vitest';
import { BatchBuilder } from '../../../../core/batch/builder.ts';
import { EVENT_KIND, PROVENANCE } from '../../../../core/event/kinds.ts';
import { captureTime, Sealer } from '../../../../edge-probe/ship/sealer.ts';
import { openSealed } from '../../../support/sealed-events.ts';

const KEY = new Uint8Array(32).fill(7);

function sealer(createdAt: () => number = () => 5_000): Sealer {
  const boot = '0123456789abcdef';
  return new Sealer({ probe: 'p', boot, key: KEY, provenance: PROVENANCE.measured, createdAt });
}

function someEvents() {
  const builder = new BatchBuilder();
  for (let i = 0; i < 3; i++) {
    const row = builder.add();
    builder.columns.kind[row] = EVENT_KIND.whole;
    builder.columns.time[row] = 1_700_000_000_000 + i;
    builder.columns.flow[row] = i + 1;
    builder.columns.initiator[row] = builder.address4(0xc6336401 + i);
    builder.columns.responder[row] = builder.address4(0x08080808);
    builder.columns.packetsOut[row] = 3;
  }
  return builder.take();
}

describe('Sealer', () => {
  it('seals what core opens and decodes to the same events', () => {
    const events = someEvents();

    const sealed = sealer().seal(events);
    const { header, events: decoded } = openSealed(sealed.bytes, KEY);

    expect(header).toEqual({
      probe: 'p',
      boot: '0123456789abcdef',
      sequence: 1,
      createdAt: 5_000,
      provenance: PROVENANCE.measured,
      sampling: 1,
    });
    expect(decoded).toEqual(events);
  });

  it('makes the same bytes of the same events, and others under another number', () => {
    const [one, other] = [sealer(), sealer()];

    const [first, second] = [one.seal(someEvents()), one.seal(someEvents())];

    expect(other.seal(someEvents()).bytes).toEqual(first.bytes);
    expect(second.bytes.subarray(-100)).not.toEqual(first.bytes.subarray(-100));
  });

  it('numbers batches 1, 2, 3 without holes', () => {
    const one = sealer();

    expect([1, 2, 3].map(() => one.seal(someEvents()).sequence)).toEqual([1, 2, 3]);
  });

  it('makes a hollow batch of the same identity, which decodes to no events', () => {
    const one = sealer();
    const sealed = one.seal(someEvents());

    const { header, events } = openSealed(one.hollow(sealed).bytes, KEY);

    expect([header.sequence, events.length]).toEqual([sealed.sequence, 0]);
  });
});

it('captureTime is the time of the youngest row, in whole ms', () => {
  expect(captureTime(someEvents())).toBe(1_700_000_000_002);
});
