import { describe, expect, it } from 'vitest';
import { flowLines } from '../../../../edge-probe/cli/flow-line.ts';
import { Meter } from '../../../../edge-probe/flow/meter.ts';
import { ImportRows } from '../../../../edge-probe/import/import-rows.ts';
import { Importer } from '../../../../edge-probe/import/importer.ts';
import { LineSplitter, MAX_LINE_BYTES } from '../../../../edge-probe/import/line-splitter.ts';
import { Readers } from '../../../../edge-probe/import/readers.ts';

/** What an import makes of a text: the rows, where lines are bad, and the counts. */
function read(text: string) {
  let printed = '';
  const bad: string[] = [];
  const meter = new Meter({ maxFlows: 1_000 }, (events) => {
    printed += flowLines(events, { communityIdSeed: undefined });
  });
  const rows = new ImportRows(meter.rows);
  const readers = new Readers(rows);
  const importer = new Importer({
    format: undefined,
    rows,
    readerOf: (format) => readers.of(format),
    onBad: (line, { reason }) => bad.push(`${line} ${reason}`),
  });
  const splitter = new LineSplitter(importer);
  splitter.push(Buffer.from(text));
  splitter.end();
  importer.end();
  readers.finish();
  meter.finish();
  const made = printed.split('\n').filter((line) => line !== '');
  return {
    rows: made.map((line) => JSON.parse(line) as Record<string, unknown>),
    bad,
    counts: importer.counts,
  };
}

const FLOW =
  '{"time":1795249860,"src":"203.0.113.9","dst":"198.51.100.7","proto":"tcp","dstPort":22}';

describe('an import of odd lines', () => {
  it('counts lines that are empty or too long when it says where a bad one is', () => {
    const long = 'a'.repeat(MAX_LINE_BYTES + 1);

    expect(read(`\n\r\n${FLOW}\n\n{"time":\n${long}\n{"time":}`).bad).toEqual([
      '5 not-json',
      '6 too-long',
      '7 not-json',
    ]);
  });

  it('says where lines are that came before the one that tells the format', () => {
    const long = 'a'.repeat(MAX_LINE_BYTES + 1);

    expect(read(`\n{"time":\n\n${long}\n{"b":\n${FLOW}\n`).bad).toEqual([
      '4 too-long',
      '2 not-json',
      '5 not-json',
    ]);
  });

  it('is done with a file of empty lines', () => {
    expect(read('\n \r\n\n').counts.lines).toBe(0);
  });
});

describe('a table of Zeek’s', () => {
  const header = [
    '#separator \\x2c',
    '#set_separator,|',
    '#empty_field,EMPTY',
    '#unset_field,NONE',
    '#path,conn',
    '#fields,ts,id.orig_h,id.orig_p,id.resp_h,id.resp_p,proto,service,duration,conn_state,tunnel_parents',
  ].join('\n');

  it('has the separators and the words for nothing that its header says', () => {
    const lines = [
      '1.795249860e9,203.0.113.9,50000,198.51.100.7,8080,tcp,gssapi|smb,1.5e-3,SF,EMPTY',
      '1795249861,2001:db8::9,50001,2001:db8::7,8080,tcp,NONE,NONE,NONE,Ca|Cb',
    ].join('\n');

    const { rows, bad } = read(`${header}\n${lines}\n`);

    expect(bad).toEqual([]);
    expect(rows).toMatchObject([
      { service: 'smb', state: 'SF', durationMs: 2 },
      { initiator: '2001:db8::9', durationMs: 0 },
    ]);
    expect(rows[1]).not.toHaveProperty('service');
  });

  it('may give its services in JSON as a list', () => {
    const line = {
      ...{ _path: 'conn', ts: 1795249860, proto: 'tcp', conn_state: 'SF' },
      ...{ 'id.orig_h': '203.0.113.9', 'id.resp_h': '198.51.100.7' },
    };
    const services = ['http', ['gssapi', 'smb'], 'gssapi,smb', []];

    const text = services.map((service) => JSON.stringify({ ...line, service })).join('\n');

    const told = read(text).rows.map(({ service }) => service);
    expect(told).toEqual(['http', 'smb', 'smb', undefined]);
  });
});

describe('flow logs of a VPC', () => {
  const record =
    '2 123456789010 eni-1 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1795249860 1795249920 ACCEPT OK';

  it('may come out of CloudWatch with the time of each event before it', () => {
    const { rows, bad } = read(
      `2026-11-21T08:31:00.000Z ${record}\n2026-11-21T08:31:05.000Z ${record.replace('ACCEPT OK', '- NODATA')}\n`,
    );

    expect(bad).toEqual([]);
    expect(rows).toMatchObject([{ initiator: '172.31.16.139', responderPort: 22, bytesOut: 4249 }]);
  });

  it('are not taken for such when they have one field too many', () => {
    expect(read(`${record}\n${record} 3\n`).bad).toEqual(['2 wrong-columns']);
  });
});
