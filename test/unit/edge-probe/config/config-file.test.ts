import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../../edge-probe/config/config-file.ts';

function problems(text: string): string[] {
  const read = readConfig(text);
  return read.ok ? [] : read.problems.map((at) => `${at.line}:${at.column} ${at.message}`);
}

describe('readConfig', () => {
  it('reads what is right, a schema for editors among it', () => {
    const text = '{ "$schema": "./probe.schema.json", "interfaces": ["eth0"], "metrics": "off" }';

    expect(readConfig(text)).toEqual({
      ok: true,
      settings: { interfaces: ['eth0'], metrics: 'off' },
    });
  });

  it.each([
    ['', /^1:1 this is not JSON: it ends too early/],
    ['{\n  "stream": "s"\n', /^3:1 this is not JSON: it ends too early/],
    ['{\n  "stream": "s",\n}', /^3:1 this is not JSON: unexpected '}': a comma too many/],
    ['{\n  "stream": "s"\n  "probe": "p" }', /^3:3 this is not JSON: .*comma or a colon missing/],
    ['{\n  // sensor\n}', /^2:3 this is not JSON: a comment/],
    ['{ "stream": tru }', /^1:13 this is not JSON/],
    ['[]', /^1:1 a configuration is one object/],
    ['{\n "strem": "s" }', /^2:2 there is no setting strem: did you mean stream\?/],
    ['{ "xyz": 1 }', /^1:3 there is no setting xyz$/],
    ['{ "__proto__": { "stream": 1 } }', /^1:3 there is no setting __proto__/],
    ['{ "config": "other.json" }', /^1:3 there is no setting config/],
    ['{\n  "probe": "Sensor 1"\n}', /^2:12 probe: a probe id is .* \(it is "Sensor 1"\)/],
    ['{ "modules": ["process", 7] }', /^1:26 modules\.1: .* \(it is 7\)/],
    ['{ "thresholds": { "scanPort": 1 } }', /^1:19 .*thresholds\.scanPort: did you mean scanPorts/],
    ['{ "dryRun": "yes" }', /^1:13 dryRun: .*true or false/],
    ['{ "stream": "a", "stream": "b" }', /^1:18 stream stands here a second time/],
  ])('says where %j is wrong', (text, said) => {
    expect(problems(text)[0]).toMatch(said);
  });

  it('tells every problem, in the order of the file', () => {
    const said = problems('{ "tunnels": 9,\n "xyz": 1,\n "snaplen": 0 }');

    expect(said.map((line) => line.split(' ')[0])).toEqual(['1:14', '2:2', '3:13']);
  });

  it('does not repeat long values', () => {
    const [said = ''] = problems(JSON.stringify({ snaplen: 'x'.repeat(10_000) }));

    expect(said.length).toBeLessThan(200);
  });
});
