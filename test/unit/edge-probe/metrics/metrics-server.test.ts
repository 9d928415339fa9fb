import { request } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RunContext } from '../../../../edge-probe/cli/run-context.ts';
import type { Status } from '../../../../edge-probe/cli/status.ts';
import { runStatus } from '../../../../edge-probe/cli/status-command.ts';
import { NO_STATUS } from '../../../../edge-probe/cli/status-sum.ts';
import { exposition } from '../../../../edge-probe/metrics/exposition.ts';
import { startMetrics } from '../../../../edge-probe/metrics/metrics-server.ts';
import { probeMetrics } from '../../../../edge-probe/metrics/probe-metrics.ts';

const STATUS: Status = {
  ...NO_STATUS,
  packets: 12_345,
  dropped: { 'spool-full': 7 },
  undecodable: { 'short-ip': 3 },
  captures: [
    {
      device: 'eth0',
      name: 'eth0',
      state: 'up',
      capturing: true,
      sampling: 4,
      received: 99,
      kernelDrops: 2,
      skipped: 1,
      possiblyLost: 0,
      restarts: 0,
      stalls: 0,
    },
  ],
  alarms: [
    { name: 'interface-silent eth0', since: 1, message: 'eth0 is silent', remedy: 'look at it' },
  ],
};

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A port that a server was just given. */
async function serve(): Promise<number> {
  const notes: string[] = [];
  const source = { status: () => STATUS, metrics: () => probeMetrics(STATUS) };
  stops.push(startMetrics(0, source, (message) => notes.push(message)));
  await vi.waitFor(() => expect(notes).toHaveLength(1), 30_000);
  return Number(/:(\d+)\//.exec(notes[0] ?? '')?.[1]);
}

function ask(port: number, path: string, host = '127.0.0.1', method = 'GET') {
  return new Promise<{ code: number; body: string }>((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port, path, method, headers: { host } },
      (answer) => {
        let body = '';
        answer.on('data', (chunk) => {
          body += chunk;
        });
        answer.on('end', () => resolve({ code: answer.statusCode ?? 0, body }));
      },
    );
    asked.on('error', reject).end();
  });
}

function contextWith(): { context: RunContext; said: { out: string; notes: string } } {
  const said = { out: '', notes: '' };
  const context: RunContext = {
    stop: new AbortController().signal,
    output: {
      terminal: false,
      stdout: (text) => {
        said.out += text;
      },
      stderr: () => {},
    },
    note: (message) => {
      said.notes += message;
    },
  };
  return { context, said };
}

describe('startMetrics', () => {
  it('serves what Prometheus reads, with labels instead of prefixes', async () => {
    const { code, body } = await ask(await serve(), '/metrics');

    expect(code).toBe(200);
    expect(body).toContain('# TYPE skirmish_packets_total counter\nskirmish_packets_total 12345\n');
    expect(body).toContain('skirmish_events_lost_total{reason="spool-full"} 7\n');
    expect(body).toContain('skirmish_capture_kernel_drops_total{interface="eth0"} 2\n');
    expect(body).toContain('skirmish_alarm{alarm="interface-silent",of="eth0"} 1\n');
    expect(body).toMatch(/process_resident_memory_bytes \d+\n/);
  });

  it('names each metric once and gives each a help', async () => {
    const { body } = await ask(await serve(), '/metrics');
    const named = [...body.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    const helped = [...body.matchAll(/^# HELP (\S+) \S/gm)].map(([, name]) => name);

    expect(new Set(named).size).toBe(named.length);
    expect(helped).toEqual(named);
    for (const line of body.split('\n').filter((text) => text !== '' && !text.startsWith('#'))) {
      expect(line).toMatch(/^[a-z_]+(\{([a-z]+="([^"\\\n]|\\.)*",?)+\})? -?[\d.e+-]+$/);
    }
  });

  it('answers to names of this host only, and to nothing but GET', async () => {
    const port = await serve();

    expect((await ask(port, '/status', `localhost:${port}`)).code).toBe(200);
    expect((await ask(port, '/status', 'evil.example')).code).toBe(403);
    expect((await ask(port, '/status', '127.0.0.1', 'POST')).code).toBe(405);
    expect((await ask(port, '/etc/passwd')).code).toBe(404);
  });

  it('says that a port is taken, and stops nothing', async () => {
    const port = await serve();
    const notes: string[] = [];
    const source = { status: () => STATUS, metrics: () => [] };
    stops.push(startMetrics(port, source, (message) => notes.push(message)));

    await vi.waitFor(() => expect(notes[0]).toMatch(/^no metrics: port \d+ .*EADDRINUSE/), 30_000);
  });
});

describe('exposition', () => {
  it('escapes what a label may hold', () => {
    const labels = { interface: 'a"b\\c\nd' };
    const text = exposition([
      { name: 'm', type: 'gauge', help: 'h', samples: [{ labels, value: 1 }] },
    ]);

    expect(text).toContain('m{interface="a\\"b\\\\c\\nd"} 1\n');
  });
});

describe('runStatus', () => {
  it('prints the running probe for people, alarms first', async () => {
    const { context, said } = contextWith();

    const code = await runStatus({ kind: 'status', port: await serve(), json: false }, context);

    expect(code).toBe(0);
    expect(said.out).toMatch(/^ALARM +eth0 is silent \(for .*\)\n +look at it\n/);
    expect(said.out).toContain('lost              spool-full 7\n');
    expect(said.out).toContain(
      'eth0              capturing, 99 packets, 2 kernel drops, 1 in 4 flows',
    );
  });

  it('prints it as it is for scripts', async () => {
    const { context, said } = contextWith();

    await runStatus({ kind: 'status', port: await serve(), json: true }, context);

    expect(JSON.parse(said.out)).toEqual(STATUS);
  });

  it('fails and says so when none runs, or metrics are off', async () => {
    const port = await serve();
    for (const stop of stops.splice(0)) stop();
    const gone = contextWith();
    const off = contextWith();

    expect(await runStatus({ kind: 'status', port, json: false }, gone.context)).toBe(1);
    expect(await runStatus({ kind: 'status', port: undefined, json: false }, off.context)).toBe(1);
    expect(gone.said.notes).toMatch(/no probe runs here: nothing listens on 127\.0\.0\.1:\d+/);
    expect(off.said.notes).toMatch(/metrics are off/);
  });
});
