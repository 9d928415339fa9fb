import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readAttackList } from '../../../../edge-probe/simulate/attack-list.ts';

const sample = (name: string): string =>
  readFileSync(
    fileURLToPath(new URL(`../../../../edge-probe/simulate/samples/${name}`, import.meta.url)),
    'utf8',
  );

function problems(format: 'json' | 'csv' | 'text', text: string): string[] {
  const list = readAttackList(format, text);
  return list.ok ? [] : list.problems.map(({ line, message }) => `${line}: ${message}`);
}

describe('readAttackList', () => {
  it('reads the same attacks out of the three samples', () => {
    const [json, csv, text] = [
      readAttackList('json', sample('attacks.json')),
      readAttackList('csv', sample('attacks.csv')),
      readAttackList('text', sample('attacks.txt')),
    ];

    expect(json).toMatchObject({ ok: true, attacks: { length: 5 } });
    // CSV and text say the scan's first port; JSON leaves it to the kind, which begins there too.
    const ports = (list: typeof json) =>
      list.ok ? list.attacks.map((attack) => ({ ...attack, port: attack.port ?? 0 })) : [];
    expect(ports(csv).slice(1)).toEqual(ports(json).slice(1));
    expect(ports(text)).toEqual(ports(csv));
  });

  it('leaves open what is not said', () => {
    expect(readAttackList('text', '- - - connect')).toEqual({
      ok: true,
      attacks: [{ at: 0, kind: 'connect', count: 1 }],
    });
  });

  it.each([
    ['text', '0 - 5 ssh\n\n# fine\n0 - 5 shh\n', /^4: kind "shh": expected connect, .*ssh/],
    ['text', '0 5 ssh', /^1: expected AT SOURCE TARGET KIND/],
    ['text', 'soon - 5 ssh', /^1: at "soon": expected a number from 0/],
    ['text', '0 203.0.113.300 5 ssh', /^1: source "203\.0\.113\.300": expected an IPv4 or IPv6/],
    ['text', '0 - 77 ssh', /^1: target 77: expected .* a host of the site from 1 to 62/],
    ['text', '0 - 5 ssh:99999', /^1: port 99999: expected a number from 0 to 65535/],
    ['text', '0 - 5 ssh x0', /^1: count 0: expected/],
    ['text', '0 2001:db8::1 198.51.100.5 ssh', /^1: target .* same family as source/],
    ['csv', `\u001b[2J${'\u0001'.repeat(99)}\n1`, /^1: there is no field \?\[2j\?{36}: expected/],
    ['csv', 'at,kind,sorce\n0,ssh,1', /^1: there is no field sorce: did you mean source\?/],
    ['csv', 'at,kind\n0,ssh\n1,ssh,22\n', /^3: expected 2 cells .* not 3/],
    ['csv', 'at,kind\n', /^1: expected at least one attack/],
    ['csv', 'at,rate\n0,"fast, very"', /^2: rate "fast, very": expected a number/],
    ['json', '{}', /^1: expected an array/],
    [
      'json',
      '[\n {"kind": "ssh"},\n {"kind": "ssh", "prt": 1}\n]',
      /^3: there is no field prt: did/,
    ],
    ['json', '[\n {"kind": "ssh"},\n 7\n]', /^3: expected an object/],
    ['json', '[\n {"count": 1.5}\n]', /^2: count 1\.5: expected a whole number/],
    ['json', '[\n', /^2: this is not JSON/],
  ] as const)('names line and expectation in %s %j', (format, text, said) => {
    expect(problems(format, text)[0]).toMatch(said);
  });

  it('tells ten problems at most', () => {
    expect(problems('text', 'x\n'.repeat(100))).toHaveLength(10);
  });
});
