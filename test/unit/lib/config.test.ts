import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, parseConfig, readConfig } from '../../../lib/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'skirmish-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(text: string): string {
  const path = join(folder, 'skirmish.config.json');
  writeFileSync(path, text);
  return path;
}

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

describe('parseConfig', () => {
  it('fills in what is not set: one shard, a day, no third party', () => {
    expect(parseConfig({})).toEqual({
      title: 'Skirmish',
      stream: { mode: 'provisioned', shards: 1, retentionHours: 24 },
      segmentDays: 7,
      publicSources: 'mask',
      publicInternal: false,
      publicDelaySeconds: 0,
      publicCellNetworks: 4096,
      geo: 'dbip',
      asn: 'bundled',
      intelligence: [],
      networks: [],
      mapboxToken: '',
      allowedOrigins: [],
      retainData: false,
      tickMs: 1000,
      viewerBudgetPerHour: 0.06,
      frameRows: 300,
      reservedConcurrency: {},
    });
  });

  it.each([
    [{ stream: { shards: 0 } }, 'stream.shards: Too small: expected number to be >=1'],
    [{ stream: { shard: 1 } }, 'stream: Unrecognized key: "shard"'],
    [
      { publicSources: 'all' },
      'publicSources: Invalid option: expected one of "mask"|"pseudonym"|"none"',
    ],
    [{ geo: 3 }, 'geo: "dbip", "none" or { "ipv4": "FILE.mmdb", "ipv6": "FILE.mmdb" }'],
    [
      { networks: [{ cidr: '10.0.0', label: 'x', lat: 1, lon: 1 }] },
      'networks[0].cidr: a CIDR such as 192.0.2.0/24 or 2001:db8::/32',
    ],
    [
      { networks: [{ cidr: '10.0.0.0/8', label: 'x', lat: 91, lon: 1 }] },
      'networks[0].lat: Too big: expected number to be <=90',
    ],
    [{ networks: 'networks.txt' }, 'networks: a list of networks, or the name of a .json or .csv'],
    [{ asn: 'other' }, 'asn: "bundled", "none" or { "file": "FILE.mmdb" }'],
    [{ intelligence: [{ name: 'a' }] }, 'intelligence[0]: either file or url'],
    [
      { intelligence: [{ name: 'a', url: 'http://lists.example.com/a' }] },
      'intelligence[0].url: an https address',
    ],
    [
      { intelligence: [{ name: 'a', url: 'https://user:word@lists.example.com/a' }] },
      'intelligence[0].url: an https address without a user',
    ],
    [
      { intelligence: [{ name: 'Intelligence', file: 'a.txt' }] },
      'intelligence[0].name: another name: the public is told this one of hosts on any list',
    ],
    [
      { intelligence: [{ name: 'a, b', file: 'a.txt' }] },
      'intelligence[0].name: up to 32 letters, digits, spaces and ._-',
    ],
    [
      { intelligence: ['a', 'a'].map((name) => ({ name, file: 'a.txt' })) },
      'intelligence: each list needs a name of its own',
    ],
    [{ allowedOrigins: ['soc.example.com'] }, 'allowedOrigins[0]: an origin such as https://'],
    [{ alarmEmail: 'nobody' }, 'alarmEmail: Invalid email address'],
    ['text', '(the whole file): Invalid input: expected object'],
  ])('says where %j is wrong and what is allowed', (value, message) => {
    expect(messageOf(() => parseConfig(value))).toContain(`  ${message}`);
  });
});

describe('readConfig', () => {
  it('takes the defaults when there is no file', () => {
    expect(readConfig(join(folder, 'none.json'))).toEqual(parseConfig({}));
  });

  it('names the file that is not JSON', () => {
    const path = fileWith('{ title: ');

    expect(messageOf(() => readConfig(path))).toContain(`${path} is not JSON`);
  });

  it('names the file with a wrong value', () => {
    const path = fileWith('{ "tickMs": 1 }');

    expect(messageOf(() => readConfig(path))).toContain(`${path} has values that cannot be used`);
  });
});
