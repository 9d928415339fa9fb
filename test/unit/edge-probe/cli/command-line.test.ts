import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../../edge-probe/cli/command-line.ts';
import { ProbeError } from '../../../../edge-probe/cli/probe-error.ts';

const SHIP = ['--stream', 's', '--probe', 'p', '--key-file', 'k'];

function problem(argv: readonly string[], env = {}): string {
  try {
    parseCommandLine(argv, env);
  } catch (error) {
    if (error instanceof ProbeError && error.code === 'usage') return error.message;
    throw error;
  }
  return '';
}

describe('parseCommandLine', () => {
  it('refuses half a port for metrics', () => {
    expect(problem(['status', '--metrics', '1.5'])).toMatch(/--metrics 1\.5: give a port/);
  });

  it('reads a capture of several interfaces with its defaults', () => {
    const command = parseCommandLine(
      ['capture', '-i', 'eth0', '-i', 'lo', '-f', 'tcp', ...SHIP],
      {},
    );

    expect(command).toMatchObject({
      kind: 'capture',
      interfaces: ['eth0', 'lo'],
      filter: 'tcp',
      snapLength: 256,
      bufferBytes: 64 * 1024 * 1024,
      status: 'line',
      shipping: { stream: 's', probe: 'p', keyFile: 'k', queueBytes: 64 * 1024 * 1024 },
    });
  });

  it('takes from the environment what is not given by hand', () => {
    const env = {
      SKIRMISH_STREAM: 'from-env',
      SKIRMISH_PROBE: 'env-probe',
      SKIRMISH_KEY_FILE: '/env.key',
      SKIRMISH_STATE_DIR: '/state',
      SKIRMISH_STATUS: 'json',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_REGION: 'eu-central-1',
    };

    expect(parseCommandLine(['replay', 'a.pcap', '--probe', 'mine'], env)).toMatchObject({
      kind: 'replay',
      files: ['a.pcap'],
      speed: Number.POSITIVE_INFINITY,
      status: 'json',
      shipping: {
        dryRun: false,
        stream: 'from-env',
        probe: 'mine',
        keyFile: '/env.key',
        stateDir: '/state',
        region: 'eu-central-1',
        endpoint: 'http://127.0.0.1:4566',
        queueBytes: 64 * 1024 * 1024,
      },
    });
  });

  it('simulates as the demo probe of the site', () => {
    const argv = ['simulate', 'demo', '--site', 'singapore', '--stream', 's', '--key-file', 'k'];

    expect(parseCommandLine(argv, {})).toMatchObject({
      kind: 'simulate',
      rate: 200,
      seed: 1,
      seconds: Number.POSITIVE_INFINITY,
      realTime: true,
      shipping: { probe: 'demo-singapore' },
    });
  });

  it.each([
    [[], /give a command/],
    [['fly'], /there is no command fly/],
    [['captur'], /did you mean capture\?/],
    [['capture', '-i', 'lo', '--steam', 's'], /no option --steam: did you mean --stream\?/],
    [['capture', '-i', 'lo', '--stream', '--probe', 'p'], /--stream needs a value: NAME/],
    [['capture', '-i', 'lo', '--behaviour', 'maybe'], /give on or off/],
    [['capture', '-i', 'lo', '--threshold', 'scanPort=3'], /did you mean scanPorts\?/],
    [['record', '-i', 'lo', ...SHIP], /record needs one directory/],
    [['record', '.', '-i', 'lo', '--rotate', '5', ...SHIP], /a time such as 10s/],
    [['watch', ...SHIP], /watch needs the directory/],
    [['watch', '.', '--after', 'move', ...SHIP], /--after move DIR/],
    [['replay', 'a', '--community-id', ...SHIP], /--community-id needs --flows/],
    [['relay', '--stream', 's'], /--keys-dir DIR/],
    [['relay', '--keys-dir', 'k'], /--stream NAME, or --relay/],
    [['status', 'now'], /takes nothing more: now/],
    [['capture', ...SHIP], /needs an interface/],
    [['capture', 'a.pcap', '-i', 'lo', ...SHIP], /did you mean replay/],
    [['capture', '-i', 'lo'], /give --stream NAME, --probe ID, --key-file FILE/],
    [['capture', '-i', 'lo', '--speed', '2', ...SHIP], /capture has no option --speed/],
    [['capture', '-i', 'lo', '--snaplen', '1', ...SHIP], /--snaplen 1: give a number from 64/],
    [['replay', ...SHIP], /needs at least one capture file/],
    [['replay', 'a', '--speed', '0', ...SHIP], /--speed 0: give a number.* or max/],
    [['replay', 'a', '--speed', 'fast', ...SHIP], /--speed fast/],
    [['replay', 'a', '--wat'], /--wat/],
    [['replay', 'a', '--stream', 's', '--probe', 'Á', '--key-file', 'k'], /a probe id is/],
    [['replay', 'a', ...SHIP, '--endpoint', 'localhost:1'], /--endpoint localhost:1: give an/],
    [['replay', 'a', ...SHIP, '--status', 'xml'], /give json, line or none/],
    [['simulate', ...SHIP], /demo, or a list/],
    [['simulate', 'nosuch.csv', ...SHIP], /no file nosuch\.csv/],
    [['simulate', 'demo', '--site', 'atlantis', ...SHIP], /frankfurt, saopaulo or singapore/],
    [['simulate', 'demo', '--out', 'f'], /--out needs --seconds/],
    [['simulate', 'demo', '--speed', 'max', ...SHIP], /--speed max needs --seconds/],
  ])('refuses %j with what is wrong', (argv, message) => {
    expect(problem(argv)).toMatch(message);
  });

  it('needs neither stream nor key for a summary, a dry run or a file', () => {
    expect(parseCommandLine(['replay', 'a', '--summary'], {})).toMatchObject({
      kind: 'summary',
      files: ['a'],
    });
    expect(problem(['capture', '-i', 'lo', '--dry-run'])).toBe('');
    expect(problem(['simulate', 'demo', '--out', 'f', '--seconds', '5'])).toBe('');
  });

  it('records what a port list narrows, as whole packets, for ever unless told otherwise', () => {
    const argv = [
      'record',
      'd',
      '-i',
      'lo',
      '-f',
      'ip',
      '--ports',
      '22,8000-8100',
      '--rotate',
      '10s',
    ];

    expect(parseCommandLine([...argv, ...SHIP], {})).toMatchObject({
      kind: 'capture',
      filter: '(ip) and (port 22 or portrange 8000-8100)',
      snapLength: 65_535,
      record: {
        directory: 'd',
        rotateMs: 10_000,
        rotateBytes: Number.POSITIVE_INFINITY,
        keep: Number.POSITIVE_INFINITY,
      },
    });
  });

  it('takes the directory of --after move as it is written in the help', () => {
    const command = parseCommandLine(['watch', 'in', '--after', 'move', 'out', ...SHIP], {});

    expect(command).toMatchObject({ directory: 'in', after: { kind: 'move', to: 'out' } });
  });

  it('identifies and looks for behaviour unless told not to', () => {
    expect(parseCommandLine(['replay', 'a', ...SHIP], {})).toMatchObject({
      metering: { identify: true, behaviour: true, tunnels: 0 },
    });
    expect(
      parseCommandLine(['replay', 'a', '--identify', 'off', '--behaviour', 'off', ...SHIP], {}),
    ).toMatchObject({ metering: { identify: false, behaviour: false } });
  });

  it('serves metrics at 9477 where it runs on, elsewhere when asked', () => {
    const port = (argv: readonly string[]): unknown =>
      (parseCommandLine([...argv, ...SHIP], {}) as { metricsPort?: number }).metricsPort;

    expect(port(['capture', '-i', 'lo'])).toBe(9477);
    expect(port(['watch', '.', '--metrics', 'off'])).toBeUndefined();
    expect(port(['replay', 'a'])).toBeUndefined();
    expect(port(['replay', 'a', '--metrics', '9480'])).toBe(9480);
  });

  it('checks instead of doing when --check is given with a command', () => {
    expect(parseCommandLine(['capture', '-i', 'lo', '--check'], {})).toMatchObject({
      kind: 'check',
      interfaces: ['lo'],
      missing: ['--stream NAME', '--probe ID', '--key-file FILE'],
    });
  });

  it('ships to a relay without a stream', () => {
    const argv = ['capture', '-i', 'lo', '--relay', 'r:4433', '--probe', 'p', '--key-file', 'k'];

    expect(parseCommandLine(argv, {})).toMatchObject({ shipping: { relay: 'r:4433', stream: '' } });
  });
});
