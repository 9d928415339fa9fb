import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../../edge-probe/config/config-file.ts';
import { COMMANDS } from '../../../../edge-probe/config/option.ts';
import { flagOf, OPTION_LIST } from '../../../../edge-probe/config/settings.ts';
import { THRESHOLDS } from '../../../../edge-probe/config/thresholds.ts';
import { UNDECODABLE } from '../../../../edge-probe/decode/reasons.ts';
import { ATTACK_KINDS } from '../../../../edge-probe/simulate/attack.ts';
import { ATTACK_FIELDS } from '../../../../edge-probe/simulate/attack-fields.ts';
import { ROOT } from '../../../../lib/paths.ts';

const manual = readFileSync(join(ROOT, 'docs/probe.md'), 'utf8');

describe('docs/probe.md', () => {
  it.each([
    ['command', COMMANDS],
    ['reason why a packet is in no flow', UNDECODABLE.slice(1)],
    ['kind of attack', ATTACK_KINDS],
    ['field of an attack', ATTACK_FIELDS],
    ['threshold', Object.keys(THRESHOLDS).filter((name) => !name.includes('.'))],
  ])('explains every %s', (_, names) => {
    const missing = names.filter((name) => !new RegExp(`[\`| ]${name}[\`| ,;]`).test(manual));

    expect(missing).toEqual([]);
  });

  it('names no option that there is not', () => {
    const known = new Set(OPTION_LIST.map(([key]) => flagOf(key)));
    const others = ['check', 'no-jail', 'site', 'lat', 'lon', 'home'];
    const named = [...manual.matchAll(/--([a-z][a-z-]+)/g)].map(([, name = '']) => name);

    expect(named.filter((name) => !known.has(name) && !others.includes(name))).toEqual([]);
  });

  it('shows a configuration that is right', () => {
    const sample = /```json\n([\s\S]*?)```/.exec(manual)?.[1] ?? '';

    expect(readConfig(sample)).toMatchObject({ ok: true, settings: { probe: 'sensor-1' } });
  });
});
