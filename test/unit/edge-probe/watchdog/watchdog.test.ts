import { describe, expect, it } from 'vitest';
import type { CaptureStatus, Observation } from '../../../../edge-probe/watchdog/observation.ts';
import { Watchdog } from '../../../../edge-probe/watchdog/watchdog.ts';

const CAPTURE: CaptureStatus = {
  device: 'eth0',
  name: 'eth0',
  state: 'up',
  capturing: true,
  sampling: 1,
  received: 0,
  kernelDrops: 0,
  skipped: 0,
  possiblyLost: 0,
  restarts: 0,
  stalls: 0,
};
const EPOCH = 1_700_000_000_000;

/** A probe whose clock goes a second with each look, and what its watchdog said. */
class Host {
  readonly watchdog = new Watchdog();
  readonly said: string[] = [];
  seconds = 0;
  capture: CaptureStatus = CAPTURE;
  rest: Partial<Observation> = {};

  /** Looks once a second for this long, `change` being applied before each. */
  look(seconds: number, change: (host: Host) => void = () => {}): void {
    for (let at = 0; at < seconds; at++) {
      this.seconds++;
      change(this);
      const monotonicMs = this.seconds * 1_000;
      const { raised, cleared } = this.watchdog.observe({
        wallMs: EPOCH + monotonicMs,
        monotonicMs,
        captures: [this.capture],
        ...this.rest,
      });
      this.said.push(...raised.map(({ name }) => `${this.seconds} +${name}`));
      this.said.push(...cleared.map(({ name }) => `${this.seconds} -${name}`));
    }
  }

  set(capture: Partial<CaptureStatus>): void {
    this.capture = { ...this.capture, ...capture };
  }
}

const busy = (host: Host): void => host.set({ received: host.capture.received + 100 });

describe('Watchdog', () => {
  it('says nothing while all is well', () => {
    const host = new Host();

    host.look(600, busy);

    expect([host.said, host.watchdog.alarms]).toEqual([[], []]);
  });

  it('says within 10 s that an interface that is up has become silent, once, and that it is over', () => {
    const host = new Host();
    host.look(120, busy);

    host.look(60);
    host.look(30, busy);

    expect(host.said).toEqual(['128 +too-little-traffic eth0', '182 -too-little-traffic eth0']);
  });

  it('says within 10 s that an interface has been silent from the start', () => {
    const host = new Host();

    host.look(10);

    expect(host.said).toEqual(['9 +too-little-traffic eth0']);
    expect(host.watchdog.alarms).toEqual([
      {
        name: 'too-little-traffic eth0',
        since: EPOCH + 9_000,
        message: 'too little traffic on eth0: none for 9 s so far',
        remedy: 'Check the cable, the mirror port of the switch, and the filter.',
      },
    ]);
  });

  it('leaves an interface alone that never had much', () => {
    const host = new Host();

    host.look(1_200, (at) => {
      if (at.seconds % 15 === 2) at.set({ received: at.capture.received + 1 });
    });

    expect(host.said).toEqual([]);
  });

  it('says within 15 s that traffic is far below its own past', () => {
    const host = new Host();
    host.look(120, busy);

    host.look(30, (at) => at.set({ received: at.capture.received + 2 }));

    expect(host.said).toHaveLength(1);
    expect(host.said[0]).toMatch(/^1(?:2\d|3[0-5]) \+too-little-traffic eth0$/);
    expect(host.watchdog.alarms[0]?.message).toMatch(/less than a twentieth of what is usual/);
  });

  it.each([
    ['down', 'interface-down eth0'],
    ['gone', 'interface-gone eth0'],
  ] as const)('says at once that an interface is %s, and that it is back', (state, name) => {
    const host = new Host();
    host.look(60, busy);

    host.look(20, (at) => at.set({ state, capturing: false }));
    host.look(20, (at) => {
      at.set({ state: 'up', capturing: true });
      busy(at);
    });

    expect(host.said).toEqual([`61 +${name}`, `82 -${name}`]);
  });

  it('says that an interface is up and not captured', () => {
    const host = new Host();

    host.look(2, (at) => at.set({ capturing: false }));

    expect(host.said).toEqual(['1 +not-capturing eth0']);
  });

  it('says once that the kernel drops packets, until it has not for half a minute', () => {
    const host = new Host();
    host.look(10, busy);

    host.look(20, (at) => {
      busy(at);
      if (at.seconds % 5 === 0) at.set({ kernelDrops: at.capture.kernelDrops + 7 });
    });
    host.look(60, busy);

    expect(host.said).toEqual(['15 +kernel-drops eth0', '60 -kernel-drops eth0']);
  });

  it('says that a capture hung', () => {
    const host = new Host();
    host.look(10, busy);

    host.look(70, (at) => {
      busy(at);
      if (at.seconds === 12) at.set({ stalls: 1 });
    });

    expect(host.said).toEqual(['12 +capture-stalled eth0', '72 -capture-stalled eth0']);
  });

  it('says that flows are sampled, and keeps the number of packets not looked at', () => {
    const host = new Host();
    host.look(10, busy);

    host.look(10, (at) => {
      busy(at);
      at.set({ sampling: 4, skipped: at.capture.skipped + 50 });
    });

    expect(host.said).toEqual(['11 +sampling eth0']);
    expect(host.watchdog.alarms[0]?.message).toBe(
      'overload on eth0: one in 4 flows is looked at, 500 packets were not so far',
    );

    host.look(10, (at) => {
      busy(at);
      at.set({ sampling: 1 });
    });
    expect(host.said[1]).toBe('22 -sampling eth0');
  });

  it.each([
    [600_000, 'forward by 600.0 s'],
    [-600_000, 'back by 600.0 s'],
  ])('says that the clock was set by %i ms', (step, says) => {
    const host = new Host();
    host.look(10, busy);

    const stepped = (at: Host): void => {
      busy(at);
      at.rest = { wallMs: EPOCH + at.seconds * 1_000 + step };
    };
    host.look(10, stepped);
    expect(host.watchdog.alarms[0]?.message).toContain(`the clock was set ${says}`);
    host.look(60, stepped);

    expect(host.said).toEqual(['11 +clock-step', '71 -clock-step']);
  });

  it('leaves a clock alone that is slewed', () => {
    const host = new Host();

    host.look(100, (at) => {
      busy(at);
      at.rest = { wallMs: EPOCH + at.seconds * 1_400 };
    });

    expect(host.said).toEqual([]);
  });

  it('says that the spool fills up, and that it is over when there is room again', () => {
    const host = new Host();
    const spool = (fill: number, oldestMs = 0, trouble = '') => ({
      spool: { fill, oldestMs, trouble },
    });
    for (const fill of [0.5, 0.7, 0.81, 0.7, 0.81, 0.65, 0.59, 0.59, 0.59]) {
      host.look(1, (at) => {
        busy(at);
        at.rest = spool(fill);
      });
    }

    expect(host.said).toEqual(['3 +spool-near-full', '8 -spool-near-full']);

    host.look(1, (at) => {
      at.rest = spool(0.01, 2_000_000);
    });
    host.look(1, (at) => {
      at.rest = spool(0.01, 2_000_000, 'ENOSPC');
    });
    expect(host.said.slice(2)).toEqual(['10 +spool-old', '11 +spool-trouble']);
  });

  it('says that the clock is off, as the stream tells', () => {
    const host = new Host();
    const off = (clockOffsetMs: number) => (at: Host) => {
      busy(at);
      at.rest = { clockOffsetMs };
    };

    host.look(5, off(50_000));
    host.look(5, off(-600_000));
    host.look(5, off(0));

    expect(host.said).toEqual(['6 +clock-off', '12 -clock-off']);
  });

  it('says that credentials are about to end, until they are renewed', () => {
    const host = new Host();
    const end = (endMs: number) => (at: Host) => {
      busy(at);
      at.rest = { credentialsEndMs: endMs };
    };
    host.look(100, end(EPOCH + 400_000));
    expect(host.said).toEqual(['100 +credentials-near-expiry']);
    expect(host.watchdog.alarms[0]?.message).toBe('the credentials end in 5 minutes');

    host.look(10, end(EPOCH + 4_000_000));

    expect(host.said[1]).toBe('102 -credentials-near-expiry');
  });
});
