import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../../edge-probe/cli/command-line.ts';
import { ProbeError } from '../../../../edge-probe/cli/probe-error.ts';
import { jsonSchema } from '../../../../edge-probe/config/json-schema.ts';
import { DEFAULT_CONFIG } from '../../../../edge-probe/config/load.ts';
import {
  FILE_KEYS,
  flagOf,
  OPTION_LIST,
  variableOf,
} from '../../../../edge-probe/config/settings.ts';

const SCHEMA = fileURLToPath(
  new URL('../../../../edge-probe/config/probe.schema.json', import.meta.url),
);
const FILE = {
  stream: 'of-file',
  probe: 'file',
  keyFile: '/file.key',
  tunnels: 1,
  maxFlows: 1_000,
};

function absent(path: string): string {
  throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
}

describe('settings', () => {
  it('exist as flag, variable and key of the file, each once', () => {
    const flags = OPTION_LIST.map(([key]) => flagOf(key));
    const variables = OPTION_LIST.map(([key]) => variableOf(key));
    const keys = OPTION_LIST.map(([key]) => key).filter((key) => key !== 'config');

    expect(new Set(flags).size).toBe(flags.length);
    expect(new Set(variables).size).toBe(variables.length);
    expect([...FILE_KEYS].sort()).toEqual(['$schema', ...keys].sort());
  });

  it('are published as the JSON Schema that they are', () => {
    expect(JSON.parse(readFileSync(SCHEMA, 'utf8'))).toEqual(jsonSchema());
  });

  it('are taken from flags before variables before the file', () => {
    const env = { SKIRMISH_STREAM: 'of-variable', SKIRMISH_PROBE: 'variable' };

    const command = parseCommandLine(
      ['replay', 'a', '--stream', 'of-flag', '--config', 'f.json'],
      env,
      () => JSON.stringify(FILE),
    );

    expect(command).toMatchObject({
      shipping: { stream: 'of-flag', probe: 'variable', keyFile: '/file.key' },
      metering: { tunnels: 1, maxFlows: 1_000 },
    });
  });

  it('come from the default file when it is there, and from none when told so', () => {
    const read: string[] = [];
    const readFile = (path: string): string => {
      read.push(path);
      return JSON.stringify(FILE);
    };

    expect(parseCommandLine(['replay', 'a'], {}, readFile)).toMatchObject({
      shipping: { stream: 'of-file' },
    });
    expect(() => parseCommandLine(['replay', 'a', '--config', 'none'], {}, readFile)).toThrow(
      /to ship, give/,
    );
    expect(read).toEqual([DEFAULT_CONFIG]);
    expect(() => parseCommandLine(['replay', 'a'], {}, absent)).toThrow(/to ship, give/);
  });

  it('are refused with the name of the variable that is wrong', () => {
    expect(() => parseCommandLine(['replay', 'a'], { SKIRMISH_TUNNELS: 'deep' }, absent)).toThrow(
      /^SKIRMISH_TUNNELS=deep: give a whole number from 0 to 4/,
    );
  });

  it('are refused when the named file cannot be read', () => {
    expect(() => parseCommandLine(['replay', 'a', '--config', 'x.json'], {}, absent)).toThrow(
      /cannot read the configuration x\.json/,
    );
  });

  it('name file, line and column of everything that is wrong, with exit code 2', () => {
    const text = '{\n  "stream": "s",\n  "snaplen": 1,\n  "bufferMB": 5\n}\n';
    let problem: unknown;
    try {
      parseCommandLine(['replay', 'a', '--config', 'p.json'], {}, () => text);
    } catch (error) {
      problem = error;
    }

    expect(problem).toBeInstanceOf(ProbeError);
    expect((problem as ProbeError).code).toBe('usage');
    expect((problem as ProbeError).message).toBe(
      'p.json:3:14: snaplen: give a number from 64 to 262144 (it is 1)\n' +
        'p.json:4:3: there is no setting bufferMB: did you mean bufferMb?',
    );
  });
});
