import { describe, expect, it } from 'vitest';
import { PROTOCOL } from '../../../../core/event/kinds.ts';
import { Behaviour } from '../../../../edge-probe/behaviour/behaviour.ts';
import type { BehaviourOptions } from '../../../../edge-probe/behaviour/options.ts';
import { address, type FlowEvent, flowEvent, GOES } from '../../../support/flow-events.ts';
import { keep, type ToldFinding } from '../../../support/observed-campaigns.ts';
import { seededRandom } from '../../../support/random.ts';

const HOME = address(198, 51, 100, 10);
const THEM = address(203, 0, 113, 7);
const SSH = 1;

class Watched {
  readonly found: ToldFinding[] = [];
  readonly behaviour: Behaviour;
  readonly random = seededRandom(7);
  #tickMs = 0;

  constructor(options: Partial<BehaviourOptions> = {}) {
    this.behaviour = new Behaviour(options, (finding) => this.found.push(keep(finding)));
  }

  /** A flow that begins and, `durationMs` later, ends so. */
  flow(parts: Partial<FlowEvent>): void {
    this.open(parts);
    this.close({ ...parts, atMs: (parts.atMs ?? 0) + (parts.durationMs ?? 0) });
  }

  open(parts: Partial<FlowEvent>): void {
    this.tick(parts.atMs ?? 0);
    const opening = { state: 'NONE', packets: [1, 0], durationMs: 0 } as const;
    const bytes = [(parts.bytes?.[0] ?? 60) / (parts.packets?.[0] ?? 1), 0] as const;
    this.behaviour.opened(flowEvent({ ...parts, ...opening, bytes }));
  }

  close(parts: Partial<FlowEvent>): void {
    this.behaviour.closed(flowEvent(parts));
  }

  tick(nowMs: number): void {
    for (; this.#tickMs <= nowMs; this.#tickMs += 1_000) this.behaviour.tick(this.#tickMs);
  }

  names(): string[] {
    return [...new Set(this.found.map(({ behaviour }) => behaviour))];
  }

  pick(below: number): number {
    return Math.floor(this.random() * below);
  }
}

/** Somewhere in the world. */
function anybody(watched: Watched): number {
  return address(5 + watched.pick(180), watched.pick(256), watched.pick(256), watched.pick(256));
}

describe('behaviour', () => {
  it('calls many failed ports of one host a vertical scan, with how many', () => {
    const watched = new Watched();

    for (let port = 1; port <= 200; port++) {
      watched.flow({ atMs: port * 50, from: THEM, to: HOME, toPort: port, ...GOES.refused });
    }
    watched.behaviour.finish();

    expect(watched.names()).toEqual(['scan-vertical']);
    const last = watched.found.at(-1) as ToldFinding;
    expect(last).toMatchObject({ source: '203.0.113.7', target: '198.51.100.10', ended: true });
    expect(Math.abs(last.evidence - 197)).toBeLessThan(30);
    expect(last.confidence).toBeGreaterThan(85);
  });

  it('calls one failed port on many hosts a horizontal scan of that port', () => {
    const watched = new Watched();

    for (let host = 1; host <= 60; host++) {
      const to = address(198, 51, 100, host);
      const goes = host % 9 === 0 ? GOES.halfOpen : GOES.silence;
      watched.flow({ atMs: host * 200, from: THEM, to, toPort: 23, ...goes });
    }

    expect(watched.names()).toEqual(['scan-horizontal']);
    expect(watched.found[0]).toMatchObject({ source: '203.0.113.7', targetPort: 23 });
  });

  it('calls many ports of many hosts one sweep and not many scans', () => {
    const watched = new Watched();

    for (let i = 0; i < 2_000; i++) {
      const to = address(198, 51, 100, watched.pick(256));
      watched.flow({ atMs: i * 20, from: THEM, to, toPort: watched.pick(1_000), ...GOES.silence });
    }

    expect(watched.names()).toEqual(['sweep']);
  });

  it('calls echo requests to many hosts a sweep', () => {
    const watched = new Watched();

    for (let host = 1; host <= 40; host++) {
      const to = address(198, 51, 100, host);
      watched.open({ atMs: host * 100, protocol: PROTOCOL.icmp, from: THEM, to, fromPort: 8 });
    }

    expect(watched.names()).toEqual(['sweep']);
  });

  it('calls many unanswered connections of many sources to one port a SYN flood', () => {
    const watched = new Watched();

    for (let i = 0; i < 12_000; i++) {
      const from = anybody(watched);
      const parts = { from, to: HOME, toPort: 80, fromPort: 1_024 + watched.pick(60_000) };
      watched.open({ ...parts, atMs: i * 2 });
      if (i >= 2_500) watched.close({ ...parts, atMs: i * 2, ...GOES.silence, durationMs: 5_000 });
    }

    expect(watched.names()).toEqual(['syn-flood']);
    expect(watched.found[0]).toMatchObject({ target: '198.51.100.10', targetPort: 80 });
    expect(watched.found[0]?.evidence).toBeGreaterThan(800);
  });

  it('calls a SYN flood that the host answers one too, once payload is looked at', () => {
    const watched = new Watched();
    watched.behaviour.identified(flowEvent({ from: THEM, to: HOME, toPort: 443 }));

    for (let i = 0; i < 10_000; i++) {
      watched.open({ atMs: i * 2, from: anybody(watched), to: HOME, toPort: 80 });
    }

    expect(watched.names()).toEqual(['syn-flood']);
  });

  it('calls many short sessions with a login service guessing', () => {
    const watched = new Watched();

    for (let i = 0; i < 40; i++) {
      watched.flow({ atMs: i * 1_500, from: THEM, to: HOME, toPort: 22, ...GOES.login });
    }

    expect(watched.names()).toEqual(['brute-force']);
    expect(watched.found[0]).toMatchObject({ service: SSH, targetPort: 22, evidence: 15 });
  });

  it('calls answers of many servers to one that did not ask a reflection', () => {
    const watched = new Watched();

    for (let i = 0; i < 30; i++) {
      const parts = { protocol: PROTOCOL.udp, from: anybody(watched), fromPort: 123 };
      watched.open({ ...parts, atMs: i * 100, to: HOME, toPort: 44_000, bytes: [468, 0] });
    }

    expect(watched.names()).toEqual(['reflection']);
    expect(watched.found[0]?.target).toBe('198.51.100.10');
  });

  it('calls answers far larger than questions a reflection, whose victim seems to ask', () => {
    const watched = new Watched();

    for (let i = 0; i < 30; i++) {
      const parts = { protocol: PROTOCOL.udp, from: THEM, to: HOME, toPort: 11_211 } as const;
      const sizes = { state: 'SF', packets: [1, 50], bytes: [60, 60_000] } as const;
      watched.flow({ ...parts, ...sizes, atMs: i * 200, fromPort: 2_000 + i });
    }

    expect(watched.names()).toEqual(['reflection']);
    expect(watched.found[0]).toMatchObject({ source: '198.51.100.10', target: '203.0.113.7' });
  });

  it('tells a finding that goes on at most once a minute, and its end', () => {
    const watched = new Watched();

    for (let i = 0; i < 3_000; i++) {
      watched.flow({ atMs: i * 100, from: THEM, to: HOME, toPort: i, ...GOES.refused });
    }
    watched.tick(400_000);

    const told = watched.found.filter(({ ended }) => !ended).map(({ nowMs }) => nowMs);
    for (let i = 1; i < told.length; i++) {
      expect((told[i] as number) - (told[i - 1] as number)).toBeGreaterThanOrEqual(60_000);
    }
    expect(watched.found.filter(({ ended }) => ended)).toHaveLength(1);
    expect(watched.found.length).toBeGreaterThanOrEqual(5);
    const evidence = watched.found.map((finding) => finding.evidence);
    expect(evidence).toEqual([...evidence].sort((a, b) => a - b));
  });

  it('finds those who scan among a million who tried once or twice, in the memory it began with', () => {
    const watched = new Watched({ maxSuspects: 4_096 });
    const scanners = 40;
    const bytesBefore = process.memoryUsage().arrayBuffers;

    for (let i = 0; i < 1_000_000; i++) {
      const atMs = i * 0.12;
      const from = address(1 + (i >>> 16), i >>> 8, i, 9);
      watched.flow({ atMs, from, to: HOME, toPort: watched.pick(9), ...GOES.silence });
      if (i % 100 !== 0) continue;
      const scanner = address(203, 0, 113, (i / 100) % scanners);
      const to = address(198, 51, 100, watched.pick(250));
      watched.flow({ atMs, from: scanner, to, toPort: 445, ...GOES.silence });
    }

    const found = watched.found.filter(({ behaviour }) => behaviour === 'scan-horizontal');
    const sources = new Set(found.map(({ source }) => source));
    expect(sources.size).toBeGreaterThanOrEqual(scanners * 0.95);
    expect([...sources].every((source) => source.startsWith('203.0.113.'))).toBe(true);
    expect(process.memoryUsage().arrayBuffers - bytesBefore).toBeLessThan(4 * 1024 * 1024);
  });

  it('says the same of the same flows', () => {
    const run = (): ToldFinding[] => {
      const watched = new Watched();
      for (let i = 0; i < 5_000; i++) {
        const to = address(198, 51, 100, watched.pick(256));
        const goes = watched.pick(3) === 0 ? GOES.refused : GOES.silence;
        const from = THEM + watched.pick(5);
        watched.flow({ atMs: i * 30, from, to, toPort: watched.pick(30), ...goes });
      }
      watched.behaviour.finish();
      return watched.found;
    };

    expect(run()).toEqual(run());
    expect(run().length).toBeGreaterThan(0);
  });

  it('counts what it cannot tell because too much goes on', () => {
    const watched = new Watched({ maxFindings: 2 });

    for (let port = 1; port <= 100; port++) {
      for (let who = 0; who < 5; who++) {
        const from = THEM + who;
        watched.flow({ atMs: port * 100, from, to: HOME, toPort: port, ...GOES.refused });
      }
    }

    expect(watched.behaviour.counters.active).toBe(2);
    expect(watched.behaviour.counters.untold).toBeGreaterThan(0);
  });
});

describe('behaviour of the innocent', () => {
  const MINUTES = 20;

  /** Does something so often a second for twenty minutes. */
  function live(perSecond: number, act: (watched: Watched, atMs: number, i: number) => void) {
    const watched = new Watched();
    const steps = MINUTES * 60 * perSecond;
    for (let i = 0; i < steps; i++) act(watched, (i * 1_000) / perSecond, i);
    watched.behaviour.finish();
    return watched.names();
  }

  it('lets a browser visit hundreds of hosts, of which some fail', () => {
    const names = live(3, (watched, atMs) => {
      const goes = watched.pick(25) === 0 ? GOES.silence : GOES.page;
      watched.flow({ atMs, from: HOME, to: anybody(watched), toPort: 443, ...goes });
    });
    expect(names).toEqual([]);
  });

  it('lets a resolver ask thousands of servers, of which one in ten is silent', () => {
    const names = live(40, (watched, atMs) => {
      const parts = { atMs, protocol: PROTOCOL.udp, from: HOME, to: anybody(watched), toPort: 53 };
      const silent = { state: 'S0', packets: [1, 0], bytes: [70, 0] } as const;
      const answered = { state: 'SF', packets: [1, 1], bytes: [70, 480] } as const;
      watched.flow({ ...parts, ...(watched.pick(10) === 0 ? silent : answered) });
    });
    expect(names).toEqual([]);
  });

  it('lets a thousand people behind one address browse and fetch mail', () => {
    const names = live(60, (watched, atMs, i) => {
      const goes = watched.pick(25) === 0 ? GOES.silence : GOES.page;
      const to = anybody(watched);
      watched.flow({ atMs, from: HOME, to, toPort: i % 3 === 0 ? 80 : 443, ...goes });
      if (i % 120 !== 0) return;
      const mail = { packets: [12, 14], bytes: [700, 1_900] } as const;
      watched.flow({ atMs, from: HOME, to: THEM, toPort: 110, ...GOES.page, ...mail });
    });
    expect(names).toEqual([]);
  });

  it('lets a balancer check forty backends, of which two are down, and pass connections on', () => {
    const names = live(20, (watched, atMs, i) => {
      const backend = i % 40;
      const to = address(10, 0, 0, backend);
      const check = backend < 20 ? GOES.checked : GOES.halfOpen;
      const goes = backend % 20 === 3 ? GOES.refused : check;
      watched.flow({ atMs, from: HOME, to, toPort: 8_080, ...goes });
      const other = address(10, 0, 0, watched.pick(40));
      watched.flow({ atMs, from: HOME, to: other, toPort: 8_080, ...GOES.page });
    });
    expect(names).toEqual([]);
  });

  it('lets thousands of clients come to a busy server at once and stay', () => {
    const watched = new Watched();
    const holdMs = 30_000;
    for (let i = 0; i < 60_000; i++) {
      const from = anybody(watched);
      const parts = { from, to: HOME, toPort: 443 };
      watched.open({ ...parts, atMs: i * 2 });
      if (i % 50 !== 0) watched.behaviour.identified(flowEvent({ ...parts, atMs: i * 2 + 40 }));
      if (i * 2 < holdMs) continue;
      watched.close({ ...parts, ...GOES.page, atMs: i * 2, durationMs: holdMs });
    }
    expect(watched.names()).toEqual([]);
  });

  it('lets clients come so when payload is not looked at', () => {
    const watched = new Watched();
    for (let i = 0; i < 30_000; i++) {
      watched.open({ atMs: i * 2, from: anybody(watched), to: HOME, toPort: 443 });
    }
    expect(watched.names()).toEqual([]);
  });

  it('lets a web application ask its database a hundred times a minute', () => {
    const names = live(2, (watched, atMs) => {
      watched.flow({ atMs, from: HOME, to: THEM, toPort: 3_306, ...GOES.query });
    });
    expect(names).toEqual([]);
  });

  it('lets a checker look every two seconds whether a database greets', () => {
    const names = live(0.5, (watched, atMs) => {
      const greeting = { packets: [6, 5], bytes: [400, 420] } as const;
      watched.flow({ atMs, from: HOME, to: THEM, toPort: 6_379, ...GOES.query, ...greeting });
    });
    expect(names).toEqual([]);
  });

  it('lets an application try a database that is down again and again', () => {
    const names = live(5, (watched, atMs) => {
      watched.flow({ atMs, from: HOME, to: THEM, toPort: 5_432, ...GOES.refused });
    });
    expect(names).toEqual([]);
  });

  it('lets a mail server deliver to many hosts, of which a third is gone', () => {
    const names = live(2, (watched, atMs) => {
      const goes = watched.pick(3) === 0 ? GOES.silence : GOES.page;
      watched.flow({ atMs, from: HOME, to: anybody(watched), toPort: 25, ...goes });
    });
    expect(names).toEqual([]);
  });

  it('lets peers of a swarm look for one another, of whom half is gone', () => {
    const names = live(8, (watched, atMs) => {
      const goes = watched.pick(2) === 0 ? GOES.silence : GOES.page;
      const toPort = 1_024 + watched.pick(60_000);
      watched.flow({ atMs, from: HOME, to: anybody(watched), toPort, ...goes });
    });
    expect(names).toEqual([]);
  });

  it('lets the victim of a flood elsewhere answer addresses that never asked it', () => {
    const names = live(20, (watched, atMs) => {
      const to = address(198, 51, 100, watched.pick(256));
      const reset = { state: 'RSTOS0', packets: [1, 0], bytes: [40, 0] } as const;
      const toPort = 1_024 + watched.pick(60_000);
      watched.flow({ atMs, from: THEM, to, fromPort: 80, toPort, ...reset });
    });
    expect(names).toEqual([]);
  });

  it('lets resolvers answer late, and devices of the house answer a search', () => {
    const names = live(5, (watched, atMs) => {
      const udp = { atMs, protocol: PROTOCOL.udp, to: HOME, toPort: 40_000 + watched.pick(9_000) };
      watched.open({ ...udp, from: anybody(watched), fromPort: 53, bytes: [180, 0] });
      const device = address(192, 168, 1, watched.pick(60));
      watched.open({ ...udp, from: device, fromPort: 1_900, bytes: [420, 0] });
    });
    expect(names).toEqual([]);
  });

  it('lets traceroute and time servers be', () => {
    const names = live(2, (watched, atMs, i) => {
      const udp = { atMs, protocol: PROTOCOL.udp, from: HOME, state: 'S0' } as const;
      watched.flow({ ...udp, to: THEM, toPort: 33_434 + (i % 90) });
      const peer = address(5, 6, 7, watched.pick(30));
      watched.open({
        atMs,
        protocol: PROTOCOL.udp,
        from: peer,
        fromPort: 123,
        to: HOME,
        toPort: 123,
      });
    });
    expect(names).toEqual([]);
  });
});
