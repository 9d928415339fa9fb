import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockDirectory } from '../../../../local/lock.ts';
import { fingerprint } from '../../../../local/start/fingerprint.ts';
import { placeOfTimeZone } from '../../../../local/start/place.ts';
import { checkTraffic } from '../../../../local/start/preflight.ts';
import { operatorToken, probeKey } from '../../../../local/start/secrets.ts';
import { planSensors } from '../../../../local/start/sensors.ts';
import { figuresOf, LiveOutput } from '../../../../local/start/status-line.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'start-'));

describe('lockDirectory', () => {
  it('refuses a directory that is in use, saying by whom and what to do', () => {
    const directory = folder();
    lockDirectory(directory);

    expect(() => lockDirectory(directory)).toThrow(`in use by process ${process.pid}`);
    expect(() => lockDirectory(directory)).toThrow('--data-dir');
  });

  it('takes a directory that was let go, or whose holder is gone', () => {
    const directory = folder();
    lockDirectory(directory)();
    lockDirectory(directory)();
    writeFileSync(join(directory, 'lock'), '999999999 1');

    expect(() => lockDirectory(directory)).not.toThrow();
  });

  it('is not fooled by a process id that was given anew', () => {
    const directory = folder();
    writeFileSync(join(directory, 'lock'), `${process.pid} 1`);

    expect(() => lockDirectory(directory)).not.toThrow();
  });
});

describe('fingerprint', () => {
  it('changes with a name or a content and not with anything else', () => {
    const root = folder();
    mkdirSync(join(root, 'lib'));
    writeFileSync(join(root, 'lib/a.ts'), 'a');
    const first = fingerprint(root, ['lib', 'absent']);
    writeFileSync(join(root, 'lib/a.ts'), 'a');
    const same = fingerprint(root, ['lib', 'absent']);
    writeFileSync(join(root, 'lib/a.ts'), 'b');

    expect(same).toBe(first);
    expect(fingerprint(root, ['lib', 'absent'])).not.toBe(first);
  });
});

describe('placeOfTimeZone', () => {
  const TABLE = '# comment\nBR\t-2332-04637\tAmerica/Sao_Paulo\nIN\t+2232+08822\tAsia/Kolkata\n';

  it('puts a sensor into the zone’s city and says so', () => {
    expect(placeOfTimeZone('America/Sao_Paulo', TABLE)).toMatchObject({ lat: -23.53, lon: -46.62 });
    expect(placeOfTimeZone('America/Sao_Paulo', TABLE).assumed).toContain('Sao Paulo');
  });

  it('says that it does not know a zone without a city', () => {
    expect(placeOfTimeZone('UTC', TABLE).assumed).toContain('give --lat and --lon');
  });
});

describe('checkTraffic', () => {
  const files = (name: string, content: string | undefined): (() => void) => {
    const path = join(folder(), name);
    if (content !== undefined) writeFileSync(path, content);
    return () => checkTraffic({ kind: 'files', files: [path], speed: '1' });
  };

  it('says what is wrong with a file before anything is started', () => {
    expect(files('missing.pcap', undefined)).toThrow('there is no such file');
    expect(files('empty.pcap', '')).toThrow('is empty');
    expect(files('text.pcap', 'this is no capture at all, it is text')).toThrow(
      'is no capture file',
    );
    expect(() => checkTraffic({ kind: 'files', files: [folder()], speed: '1' })).toThrow(
      'that is a folder',
    );
  });

  it('names the interfaces there are when there is none of that name', () => {
    expect(() => checkTraffic({ kind: 'interface', names: ['nope0'], filter: '' })).toThrow(
      /no interface nope0.*lo/,
    );
  });
});

describe('secrets', () => {
  it('are kept from start to start', () => {
    const directory = folder();

    expect(operatorToken(directory)).toEqual(operatorToken(directory));
    expect(probeKey(directory, 'p')).toEqual(probeKey(directory, 'p'));
    expect(Buffer.from(probeKey(directory, 'p').key, 'base64url')).toHaveLength(32);
  });
});

describe('planSensors', () => {
  const base = { port: 0, dataDir: '', build: true, sensor: {} };

  it('has three demo sensors', () => {
    const plan = planSensors({ ...base, traffic: { kind: 'demo' } });

    expect(plan.sensors.map(({ probe }) => probe)).toEqual([
      'demo-frankfurt',
      'demo-saopaulo',
      'demo-singapore',
    ]);
    expect(plan.assumptions).toEqual([]);
  });

  it('says what it assumes about a capture file', () => {
    const plan = planSensors({ ...base, traffic: { kind: 'files', files: ['a'], speed: 'max' } });

    expect(plan.sensors[0]?.command).toEqual(['replay', 'a', '--speed', 'max']);
    expect(plan.assumptions.join(' ')).toMatch(/10\.0\.0\.0\/8.*--home/);
  });
});

describe('figuresOf', () => {
  it('sums the probes and counts every kind of loss', () => {
    const status = { packets: 5, flows: 2, dropped: { 'queue-full': 3 }, kernelDrops: 4 };

    const figures = figuresOf([status as never, undefined, status as never], {
      'kinesis.records': 7,
      'mapping.X.gaveUp': 1,
    });

    expect(figures).toMatchObject({ packets: 10, flows: 4, batches: 7, drops: 15 });
  });
});

describe('LiveOutput', () => {
  it('prints the live line every 10 s off a terminal', () => {
    const written: string[] = [];
    const output = new LiveOutput({ write: (text) => written.push(text), terminal: false });

    for (const now of [0, 1000, 9000, 10_000]) output.show(`at ${now}`, now);

    expect(written).toEqual(['at 0\n', 'at 10000\n']);
  });

  it('writes other lines above the live one on a terminal', () => {
    let screen = '';
    const output = new LiveOutput({ write: (text) => (screen += text), terminal: true });

    output.show('live', 0);
    output.say('news');

    expect(screen).toBe('\r\u001b[2Klive\r\u001b[2Knews\nlive');
  });
});
