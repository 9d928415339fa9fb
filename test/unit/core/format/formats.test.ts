import { describe, expect, it } from 'vitest';
import { communityId } from '../../../../core/event/community-id.ts';
import { FORMAT_NAMES, FORMATS, type FormatName } from '../../../../core/format/formats.ts';
import { parseAddress } from '../../../../core/redact/address.ts';
import { fieldsValidator, ocsfValidators } from './published-schemas.ts';
import { sampleRecords } from './sample-records.ts';

const FIXTURES = '../../../fixtures/format';
const AUDIENCES = ['operator', 'public'] as const;
type Audience = (typeof AUDIENCES)[number];

function written(name: FormatName, audience: Audience): string {
  const { header, line } = FORMATS[name];
  return (
    header +
    sampleRecords(audience)
      .map((record) => line(record) ?? '')
      .join('')
  );
}

function events(name: FormatName, audience: Audience): Record<string, never>[] {
  return written(name, audience)
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

describe('FORMATS', () => {
  it.each(FORMAT_NAMES)('writes %s as the golden files have it', async (name) => {
    const suffix = name === 'csv' ? 'csv' : 'ndjson';

    for (const audience of AUDIENCES) {
      const file = `${FIXTURES}/${name}.${audience}.${suffix}`;
      await expect(written(name, audience)).toMatchFileSnapshot(file);
    }
  });

  it.each(AUDIENCES)('writes for the %s what the published schemas allow', (audience) => {
    const ecs = fieldsValidator('ecs-fields.txt');
    const eve = fieldsValidator('eve-fields.txt');
    const ocsf = ocsfValidators();

    for (const event of events('ecs', audience)) expect([ecs(event), ecs.errors]).toEqual(FINE);
    for (const event of events('eve', audience)) expect([eve(event), eve.errors]).toEqual(FINE);
    for (const event of events('ocsf', audience)) {
      const validate = ocsf.get(event['class_uid'] ?? 0);
      expect([validate?.(event), validate?.errors]).toEqual(FINE);
    }
  });

  it('is checked by schemas that refuse what they do not know', () => {
    const ocsf = ocsfValidators().get(4001);
    const [activity] = events('ocsf', 'operator');
    const [document] = events('ecs', 'operator');

    expect(ocsf?.({ ...activity, severity_id: 7 })).toBe(false);
    expect(ocsf?.({ ...activity, colour: 'red' })).toBe(false);
    expect(fieldsValidator('ecs-fields.txt')({ ...document, source: { ip: '1.2.3' } })).toBe(false);
    expect(fieldsValidator('eve-fields.txt')({ timestamp: '2026-11-21', event_type: 'flow' })).toBe(
      false,
    );
  });

  it('has a form for every row but in EVE, which knows neither traces nor processes', () => {
    const records = sampleRecords('operator');
    const kindsWithout = (name: FormatName): string[] =>
      records
        .filter((record) => FORMATS[name].line(record) === undefined)
        .map(({ row }) => row.kind);

    for (const name of ['native', 'ecs', 'ocsf', 'csv'] as const) {
      expect(kindsWithout(name)).toEqual([]);
    }
    expect(kindsWithout('eve')).toEqual(['trace', 'fork', 'exec', 'exit']);
  });

  it.each(FORMAT_NAMES)(
    'tells the public in %s neither addresses nor what leads to them',
    (name) => {
      const text = written(name, 'public');

      expect(text).not.toMatch(/203\.0\.113\.9|198\.51\.100|2001:db8::9|2001:db8:1/);
      expect(text).not.toMatch(/"1:|,1:[A-Za-z0-9+/]{27}=/);
    },
  );
});

describe('Community IDs', () => {
  it('are on every flow whose ends are told, the same in each format', () => {
    const flows = sampleRecords('operator').filter(
      ({ row }) => row.flow > 0 && row.initiator.label !== '',
    );
    const wanted = flows.map(({ row: { initiator, responder, protocol } }) =>
      communityId({
        initiator: parseAddress(initiator.label) as Uint8Array,
        responder: parseAddress(responder.label) as Uint8Array,
        initiatorPort: initiator.port,
        responderPort: responder.port,
        protocol,
      }),
    );
    const found = (name: FormatName): string[] =>
      written(name, 'operator').match(/(?<=[",])1:[A-Za-z0-9+/]{27}=/g) ?? [];

    expect(wanted).toHaveLength(9);
    for (const name of FORMAT_NAMES) expect(found(name)).toEqual(wanted);
  });
});

describe('CSV', () => {
  /** Cells of lines as RFC 4180 has them. */
  function parse(text: string): string[][] {
    const cells = text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g);
    const lines: string[][] = [[]];
    for (const [, quoted, plain = '', end] of cells) {
      lines.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
      if (end === '\r\n') lines.push([]);
    }
    return lines.slice(0, -1);
  }

  it('has as many cells in every line as names in the first', () => {
    const [header = [], ...lines] = parse(written('csv', 'operator'));

    expect(lines).toHaveLength(sampleRecords('operator').length);
    expect(new Set(header).size).toBe(header.length);
    for (const line of lines) expect(line).toHaveLength(header.length);
  });

  it('begins no text as a spreadsheet’s formula', () => {
    const lines = parse(written('csv', 'operator'));

    for (const cell of lines.flat()) {
      if (!/^-\d/.test(cell)) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    }
    expect(lines.flat()).toContain("'=cmd|calc");
  });
});

const FINE = [true, null];
