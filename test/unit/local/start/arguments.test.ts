import { describe, expect, it } from 'vitest';
import { readArguments, UsageError } from '../../../../local/start/arguments.ts';

describe('readArguments', () => {
  it('starts the demo without arguments', () => {
    expect(readArguments([])).toEqual({
      traffic: { kind: 'demo' },
      port: 4380,
      dataDir: '.skirmish/local',
      build: true,
      sensor: {},
    });
  });

  it('takes several capture files after one --pcap', () => {
    const command = readArguments(['--pcap', 'a.pcap', 'b.pcap', '--speed', '10']);

    expect(command).toMatchObject({
      traffic: { kind: 'files', files: ['a.pcap', 'b.pcap'], speed: '10' },
    });
  });

  it('takes negative coordinates', () => {
    const command = readArguments([
      '--interface',
      'eth0',
      '--lat',
      '-23.5',
      '--lon',
      '-46.6',
      '--home',
      '10.0.0.0/8,fd00::/8',
    ]);

    expect(command).toMatchObject({
      traffic: { kind: 'interface', names: ['eth0'] },
      sensor: { lat: -23.5, lon: -46.6, home: ['10.0.0.0/8', 'fd00::/8'] },
    });
  });

  it.each([['--help'], ['-h']])('knows %s', (flag) => {
    expect(readArguments([flag])).toBe('help');
  });

  it.each([
    [['--wat'], '--wat'],
    [['file.pcap'], 'come after --pcap'],
    [['--port', 'high'], '--port high'],
    [['--port', '70000'], '0 to 65535'],
    [['--pcap', 'a', '--interface', 'b'], 'not both'],
    [['--speed', '2'], '--speed needs --pcap'],
    [['--interface', 'a', '--lat', '5'], 'together'],
    [['--interface', 'a', '--home', '10.0.0.0'], 'is no network'],
    [['--site', 'Here'], 'for --interface and --pcap'],
  ])('refuses %j', (argv, message) => {
    expect(() => readArguments(argv)).toThrow(UsageError);
    expect(() => readArguments(argv)).toThrow(message);
  });
});
