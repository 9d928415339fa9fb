import { describe, expect, it } from 'vitest';
import { BEHAVIOURS } from '../../../../core/classify/behaviours.ts';
import { protocolName, readRow } from '../../../../core/event/row.ts';
import { MARK } from '../../../../core/event/table.ts';
import { EventTableBuilder } from '../../../../core/event/table-builder.ts';

const place = { how: 'geo', lat: 1, lon: 2, country: 'FR', city: 'Lyon', accuracyKm: 5 } as const;
const tag = {
  probe: 'p',
  boot: '00112233445566aa',
  site: 'Lyon',
  lat: 1,
  lon: 2,
  provenance: 1,
  sampling: 1,
  skewMs: 0,
} as const;

const system = { asn: 64_500, organisation: 'Example Hosting' };

function tableOfOne() {
  const builder = new EventTableBuilder(1);
  const i = builder.add();
  const { columns } = builder;
  columns.kind[i] = 3;
  columns.time[i] = 1_700_000_000_000;
  columns.tag[i] = builder.tag(tag);
  columns.initiator[i] = builder.endpoint({
    label: '203.0.113.7',
    place: builder.place(place),
    home: false,
    system: builder.system(system),
    marks: MARK.hosting,
    listed: 'drop',
  });
  columns.responder[i] = builder.endpoint({ label: 'home', place: 0, home: true });
  columns.initiatorPort[i] = 50_000;
  columns.responderPort[i] = 22;
  columns.protocol[i] = 6;
  columns.state[i] = 3;
  columns.service[i] = 1;
  columns.method[i] = 1;
  columns.confidence[i] = 60;
  columns.direction[i] = 0;
  columns.text[i] = builder.text('note');
  columns.history[i] = builder.text('ShADadFf');
  columns.vlan[i] = 7;
  return builder.build();
}

describe('readRow', () => {
  it('looks everything up', () => {
    expect(readRow(tableOfOne(), 0)).toEqual({
      kind: 'whole',
      time: 1_700_000_000_000,
      durationMs: 0,
      tag,
      flow: 0,
      initiator: {
        label: '203.0.113.7',
        home: false,
        place,
        system,
        marks: 1,
        listed: 'drop',
        port: 50_000,
      },
      responder: {
        label: 'home',
        home: true,
        place,
        system: { asn: 0, organisation: '' },
        marks: 0,
        listed: '',
        port: 22,
      },
      protocol: 6,
      protocolName: 'tcp',
      packetsOut: 0,
      packetsIn: 0,
      bytesOut: 0,
      bytesIn: 0,
      flagsOut: 0,
      flagsIn: 0,
      state: 'SF',
      service: { id: 1, name: 'ssh', label: 'SSH', class: 'remote-shell' },
      method: 'port',
      confidence: 60,
      direction: 'inbound',
      text: 'note',
      detail: '',
      history: 'ShADadFf',
      vlan: 7,
      pid: 0,
      parentPid: 0,
      user: 0,
      exitCode: 0,
      behaviour: BEHAVIOURS[0],
      evidence: 0,
      pair: 0,
      folded: 0,
    });
  });

  it('takes a service this version does not know for unknown', () => {
    const table = tableOfOne();
    table.service[0] = 60_000;

    expect(readRow(table, 0).service.name).toBe('unknown');
  });

  it('tells what a finding found, or nothing when this version does not know it', () => {
    const table = tableOfOne();
    table.behaviour[0] = 3;
    table.evidence[0] = 254;

    expect(readRow(table, 0)).toMatchObject({ behaviour: { name: 'sweep' }, evidence: 254 });
    table.behaviour[0] = 200;
    expect(readRow(table, 0).behaviour.name).toBe('none');
  });

  it('refuses a row that is not there', () => {
    expect(() => readRow(tableOfOne(), 1)).toThrow('no row 1 of 1');
    expect(() => readRow(tableOfOne(), -1)).toThrow(RangeError);
  });

  it('names protocols it knows and numbers the others', () => {
    expect([1, 6, 17, 58, 132].map(protocolName)).toEqual(['icmp', 'tcp', 'udp', 'icmp6', '132']);
  });
});

describe('EventTableBuilder', () => {
  it('keeps equal entries once and refuses a row too many', () => {
    const builder = new EventTableBuilder(1);

    expect(builder.place(place)).toBe(builder.place({ ...place }));
    expect(builder.place({ ...place, city: 'Paris' })).toBe(1);
    expect(builder.tag(tag)).toBe(builder.tag({ ...tag }));
    expect(builder.text('')).toBe(0);
    expect(builder.endpoint({ label: 'a', place: 0, home: true })).toBe(0);
    expect(builder.endpoint({ label: 'a', place: 0, home: false })).toBe(1);
    builder.add();
    expect(builder.full).toBe(true);
    expect(builder.length).toBe(1);
    expect(() => builder.add()).toThrow(RangeError);
  });

  it('gives tables that later rows do not touch', () => {
    const builder = new EventTableBuilder(2);
    builder.add();
    const table = builder.build();
    builder.columns.kind[0] = 5;
    builder.text('later');

    expect(table.kind[0]).toBe(0);
    expect(table.texts).toEqual(['']);
  });
});
