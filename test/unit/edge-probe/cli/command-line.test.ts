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

    expect(parseCommandLine(['replay', 'a.pcap', '--probe', 'mine'], env)).toEqual({
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
    [['simulate', ...SHIP], /there is: demo/],
    [['simulate', 'demo', '--site', 'atlantis', ...SHIP], /frankfurt, saopaulo, singapore/],
    [['simulate', 'demo', '--out', 'f'], /--out needs --seconds/],
    [['simulate', 'demo', '--speed', 'max', ...SHIP], /--speed max needs --seconds/],
  ])('refuses %j with what is wrong', (argv, message) => {
    expect(problem(argv)).toMatch(message);
  });

  it('needs neither stream nor key for a summary, a dry run or a file', () => {
    expect(parseCommandLine(['replay', 'a', '--summary'], {})).toEqual({
      kind: 'summary',
      files: ['a'],
    });
    expect(problem(['capture', '-i', 'lo', '--dry-run'])).toBe('');
    expect(problem(['simulate', 'demo', '--out', 'f', '--seconds', '5'])).toBe('');
  });
});
