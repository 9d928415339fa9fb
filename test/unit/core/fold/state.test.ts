import { describe, expect, it } from 'vitest';
import { SERVICES } from '../../../../core/classify/services.ts';
import { CONN_STATES, EVENT_KIND } from '../../../../core/event/kinds.ts';
import type { LoggedSegment } from '../../../../core/fold/held-segment.ts';
import { StateFold, type StateOptions, stateAt, stateHash } from '../../../../core/fold/state.ts';
import type { State } from '../../../../core/fold/state-types.ts';
import { type SaidRow, said } from './flow-table.ts';

const T = 1_000_000;
const MINUTE = 60_000;
const SF = CONN_STATES.indexOf('SF');

function segment(
  number: number,
  rows: readonly SaidRow[],
  more: Partial<LoggedSegment> = {},
): LoggedSegment {
  return { shard: 's', number, createdAt: T + number * 1000, rendering: said(rows), ...more };
}

function stateOf(segments: readonly LoggedSegment[], options: StateOptions = {}): State {
  const fold = new StateFold(options);
  for (const { rendering, ...rest } of segments) expect(fold.apply(rendering, rest)).toBe('apply');
  return fold.state();
}

const OPEN = { kind: EVENT_KIND.open, flow: 1, time: T, durationMs: 500 };
const DATA = { kind: EVENT_KIND.data, flow: 1, time: T + 3000, durationMs: 3000 };
const END = { kind: EVENT_KIND.close, flow: 1, from: '', to: '', state: SF, time: T + 9000 };

describe('StateFold', () => {
  it('joins the rows of a flow into one open connection', () => {
    const { connections, traffic } = stateOf([segment(1, [OPEN]), segment(2, [DATA])]);

    expect(connections).toEqual([
      {
        from: '203.0.113.9',
        to: '198.51.100.7',
        fromPort: 40_000,
        toPort: 22,
        protocol: 6,
        service: 'ssh',
        direction: 0,
        provenance: 0,
        firstAt: T,
        lastAt: T + 3000,
        packetsOut: 4,
        packetsIn: 2,
        bytesOut: 240,
        bytesIn: 120,
        flows: 1,
        seenBy: ['lyon'],
        severity: 0,
        reasons: ['unremarkable'],
        process: undefined,
      },
    ]);
    expect(traffic).toMatchObject({ conversations: 1, open: 1, packets: 6, bytes: 360 });
  });

  it('closes it by its bare end, in whatever log that comes', () => {
    const end = segment(1, [END], { shard: 't', createdAt: T + 5000 });

    const state = stateOf([end, segment(1, [OPEN])]);

    expect(state.connections).toEqual([]);
    expect(state.traffic).toMatchObject({ conversations: 1, open: 0, bytes: 180 });
  });

  it('takes a flow that came and went in one row for closed, and the end of an unknown one for nothing', () => {
    const state = stateOf([segment(1, [{ flow: 1 }, { ...END, flow: 7 }])]);

    expect(state.traffic).toMatchObject({ conversations: 1, open: 0 });
    expect(state.nodes.map(({ id }) => id)).toEqual(['198.51.100.7', '203.0.113.9']);
  });

  it('lets a connection that is not heard of for a window expire, and keeps one that is', () => {
    const quiet = { ...OPEN, flow: 2, initiatorPort: 5 };
    const segments = [
      segment(1, [OPEN, quiet]),
      segment(2, [DATA], { createdAt: T + 10 * MINUTE }),
      segment(3, [], { createdAt: T + 16 * MINUTE }),
    ];

    const { connections, segments: held } = stateOf(segments);

    expect(connections).toMatchObject([{ fromPort: 40_000, packetsOut: 2, firstAt: T }]);
    expect(held).toBe(2);
  });

  it('makes one entry of what several probes see, as the one saw it that saw most', () => {
    const late = { probe: 'oslo', site: 'Oslo', bytesOut: 4000, packetsOut: 9, time: T + 40 };

    const state = stateOf([segment(1, [OPEN, { ...OPEN, ...late, flow: 77 }])]);

    expect(state.connections).toMatchObject([
      {
        firstAt: T,
        flows: 2,
        packetsOut: 9,
        bytesOut: 4000,
        bytesIn: 60,
        seenBy: ['lyon', 'oslo'],
      },
    ]);
    expect(state.traffic).toMatchObject({
      conversations: 1,
      bytes: 4060,
      seenBy: ['lyon', 'oslo'],
    });
    expect(state.links).toMatchObject([{ conversations: 1, bytes: 4060, class: 'remote-shell' }]);
  });

  it('turns round what a probe saw that took the answer for the beginning', () => {
    const turned = {
      ...OPEN,
      probe: 'oslo',
      from: '198.51.100.7',
      to: '203.0.113.9',
      initiatorPort: 22,
      responderPort: 40_000,
      time: T + 100,
      bytesOut: 7000,
      bytesIn: 50,
    };

    const { connections } = stateOf([segment(1, [OPEN, turned])]);

    expect(connections).toMatchObject([{ from: '203.0.113.9', bytesOut: 50, bytesIn: 7000 }]);
  });

  it('takes the same ends and ports after a minute for another conversation', () => {
    const again = { ...OPEN, flow: 2, time: T + 2 * MINUTE };

    const { traffic } = stateOf([segment(1, [OPEN, again])]);

    expect(traffic).toMatchObject({ conversations: 2 });
  });

  it('takes what a probe reports again, started anew, for the same', () => {
    const again = { ...OPEN, boot: 'ffeeddccbbaa9988', time: T + 2000 };

    const { connections } = stateOf([segment(1, [OPEN, again])]);

    expect(connections).toMatchObject([{ flows: 2, packetsOut: 4, seenBy: ['lyon'] }]);
  });

  it('ends a conversation when one probe saw its end', () => {
    const other = { ...OPEN, probe: 'oslo', time: T + 20 };

    expect(stateOf([segment(1, [OPEN, other, END])]).connections).toEqual([]);
  });

  it('knows hosts with their place, network, name and peers', () => {
    const name = {
      kind: EVENT_KIND.name,
      from: '198.51.100.7',
      to: '203.0.113.9',
      text: 'a.example',
    };
    const other = { ...OPEN, flow: 2, from: '192.0.2.1' };

    const { nodes, names } = stateOf([segment(1, [{ ...OPEN, asn: 64_500 }, other, name])]);

    expect(nodes.map(({ id, peers, bytes }) => [id, peers, bytes])).toEqual([
      ['198.51.100.7', 2, 360],
      ['192.0.2.1', 1, 180],
      ['203.0.113.9', 1, 180],
    ]);
    expect(nodes[2]).toMatchObject({
      place: { country: 'BR' },
      system: { asn: 64_500 },
      home: false,
      name: { name: 'a.example', source: 'ssh' },
    });
    expect(names).toMatchObject([{ label: '203.0.113.9', name: 'a.example' }]);
  });

  it('knows the last way to a target, hop by hop', () => {
    const hop = (ttl: number, from: string, time: number): SaidRow => ({
      kind: EVENT_KIND.trace,
      initiatorPort: ttl,
      from,
      to: '203.0.113.9',
      time,
      durationMs: ttl * 10,
    });
    const before = [hop(1, '192.0.2.1', T), hop(2, '192.0.2.2', T), hop(3, '203.0.113.9', T)];
    const after = [hop(2, '203.0.113.9', T + MINUTE), hop(1, '192.0.2.9', T + MINUTE)];

    const { paths } = stateOf([segment(1, before), segment(2, after)]);

    expect(paths).toEqual([
      {
        from: 'lyon',
        to: '203.0.113.9',
        at: T + MINUTE,
        hops: [
          { ttl: 1, label: '192.0.2.9', roundTripMs: 10 },
          { ttl: 2, label: '203.0.113.9', roundTripMs: 20 },
        ],
      },
    ]);
  });

  it('knows which processes run, and what they own', () => {
    const fork = { kind: EVENT_KIND.fork, pid: 8, parentPid: 1, text: 'bash', time: T, user: 1000 };
    const exec = { ...fork, kind: EVENT_KIND.exec, text: 'curl', detail: 'curl -s x', time: T };
    const gone = { ...fork, pid: 9, kind: EVENT_KIND.exit, time: T + 1 };
    const owned = { ...OPEN, pid: 8, text: 'curl' };

    const { processes, connections } = stateOf([
      segment(1, [gone, exec, { ...fork, pid: 9 }, fork, owned]),
    ]);

    expect(processes).toEqual([
      {
        probe: 'lyon',
        pid: 8,
        parentPid: 1,
        command: 'curl',
        arguments: 'curl -s x',
        user: 1000,
        since: T,
        conversations: 1,
      },
    ]);
    expect(connections).toMatchObject([{ process: { pid: 8, command: 'curl' } }]);
  });

  it('knows the campaigns of the window', () => {
    const scan = { kind: EVENT_KIND.finding, behaviour: 2, evidence: 50 };

    const { campaigns, traffic } = stateOf([segment(1, [scan]), segment(2, [scan])]);

    expect(campaigns).toMatchObject([{ source: '203.0.113.0/24', findings: { count: 1 } }]);
    expect(traffic.conversations).toBe(0);
  });

  it('refuses a hole and a segment it has', () => {
    const fold = new StateFold();
    const { rendering, ...one } = segment(1, [OPEN]);
    fold.apply(rendering, one);
    const before = stateHash(fold.state());

    expect(fold.apply(rendering, one)).toBe('behind');
    expect(fold.apply(rendering, { ...one, number: 3 })).toBe('gap');
    expect(stateHash(fold.state())).toBe(before);
  });

  it('is whole only when it has the window', () => {
    const since = T + 5 * MINUTE;
    const early = segment(1, [OPEN], { createdAt: since });
    const late = segment(2, [DATA], { createdAt: since + 15 * MINUTE });

    expect(stateOf([early], { since }).whole).toBe(false);
    expect(stateOf([early, late], { since }).whole).toBe(true);
    expect(stateOf([early]).whole).toBe(true);
  });

  it('is not whole until a window after what was lost', () => {
    const fold = new StateFold();
    fold.skip('s', 4);
    const whole = (number: number, createdAt: number): boolean => {
      const { rendering, ...rest } = segment(number, [OPEN], { createdAt });
      fold.apply(rendering, rest);
      return fold.state().whole;
    };

    expect(fold.state().whole).toBe(false);
    expect(whole(5, T)).toBe(false);
    expect(whole(6, T + 14 * MINUTE)).toBe(false);
    expect(whole(7, T + 15 * MINUTE)).toBe(true);
  });

  it('keeps no more rows than it may, the newest, and says so', () => {
    const flows = (number: number): SaidRow[] =>
      [1, 2, 3].map((n) => ({ ...OPEN, flow: number * 10 + n, initiatorPort: number * 10 + n }));
    const segments = [1, 2, 3].map((number) => segment(number, flows(number)));

    const state = stateOf(segments, { maxRows: 7 });

    expect(state).toMatchObject({ rows: 6, segments: 2, whole: false });
    expect(state.traffic.conversations).toBe(6);
  });

  it('keeps hosts of private networks apart by where they are', () => {
    const inside = { ...OPEN, from: '10.0.0.5', how: 'site' } as const;
    const rows = [
      { ...inside, country: 'FR' },
      { ...inside, flow: 2, probe: 'oslo', site: 'Oslo', lat: 59.9 },
    ];

    const { nodes } = stateOf([segment(1, rows)]);

    expect(nodes.map(({ id }) => id)).toEqual([
      '198.51.100.7',
      '10.0.0.5 at 1,2',
      '10.0.0.5 at 59.9,2',
    ]);
  });

  it('names what it may not tell by where it is', () => {
    const untold = { ...OPEN, kind: EVENT_KIND.open, from: '', direction: 0, country: 'BR' };

    const { nodes } = stateOf([segment(1, [{ ...untold, service: SERVICES.length - 1 }])]);

    expect(nodes.map(({ id, label }) => [id, label])).toContainEqual(['BR', '']);
  });
});

describe('stateAt', () => {
  it('is the state that a fold had at a cursor', () => {
    const segments = [
      segment(1, [OPEN]),
      segment(1, [{ ...OPEN, flow: 3, from: '192.0.2.8' }], { shard: 't' }),
      segment(2, [DATA, END]),
    ];
    const fold = new StateFold();
    const hashes = segments.map(({ rendering, ...rest }) => {
      fold.apply(rendering, rest);
      return [fold.cursor, stateHash(fold.state())] as const;
    });

    for (const [cursor, hash] of hashes) {
      expect(stateHash(stateAt(segments.toReversed(), cursor))).toBe(hash);
    }
  });
});
