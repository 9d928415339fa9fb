import { describe, expect, it } from 'vitest';
import { CONN_STATES } from '../../../../core/event/kinds.ts';
import { PUBLIC_RULES } from '../../../../core/redact/rules.ts';
import { detectFormat } from '../../../../edge-probe/import/detect-format.ts';
import { stateOfFlags } from '../../../../edge-probe/import/flag-states.ts';
import { LineSplitter, MAX_LINE_BYTES } from '../../../../edge-probe/import/line-splitter.ts';
import { parseTimestamp } from '../../../../edge-probe/import/timestamp.ts';
import { unescapeZeek } from '../../../../edge-probe/import/zeek-header.ts';

describe('parseTimestamp', () => {
  it.each([
    ['2026-11-21T08:31:00Z', '2026-11-21T08:31:00.000Z'],
    ['2026-11-21T08:31:00.123456+0000', '2026-11-21T08:31:00.123Z'],
    ['2026-11-21T09:31:00.5+01:00', '2026-11-21T08:31:00.500Z'],
    ['2026-11-21 03:31:00-05', '2026-11-21T08:31:00.000Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['1795249860.25', '2026-11-21T08:31:00.250Z'],
    [1_795_249_860, '2026-11-21T08:31:00.000Z'],
    [1_795_249_860_250, '2026-11-21T08:31:00.250Z'],
  ])('reads %s', (text, time) => {
    expect(new Date(parseTimestamp(text) ?? Number.NaN).toISOString()).toBe(time);
  });

  it.each([
    '',
    'yesterday',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-21T24:00:00Z',
    '2026-11-21T08:31',
    '2026-11-21T08:31:00 UTC',
    '2026-11-21T08:31:00+99:00',
    -1,
    Number.NaN,
    1e15,
    null,
    {},
  ])('refuses %s', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });
});

describe('LineSplitter', () => {
  const split = (pieces: readonly (string | Uint8Array)[], inside = false): string[] => {
    const lines: string[] = [];
    const taker = {
      line: (text: string) => lines.push(text),
      tooLong: (bytes: number) => lines.push(`over ${bytes}`),
    };
    const splitter = new LineSplitter(taker, inside);
    for (const piece of pieces) splitter.push(Buffer.from(piece as string));
    splitter.end();
    return lines;
  };

  it('makes the same lines however the text is cut', () => {
    const text = Buffer.from('\ufeffone\r\nzwölf\n\ndrei 🙂\nlast');
    const whole = split([text]);

    expect(whole).toEqual(['one', 'zwölf', '', 'drei 🙂', 'last']);
    for (let at = 0; at <= text.length; at++) {
      expect(split([text.subarray(0, at), text.subarray(at)])).toEqual(whole);
    }
  });

  it('leaves out a line that is too long, and goes on behind it', () => {
    const long = Buffer.alloc(MAX_LINE_BYTES, 0x61);

    expect(split(['a\n', long, long, 'b\nc\n'])).toEqual(['a', `over ${MAX_LINE_BYTES}`, 'c']);
  });

  it('leaves out the same lines however they are cut', () => {
    const text = Buffer.from(`${'a'.repeat(MAX_LINE_BYTES)}\n${'b'.repeat(MAX_LINE_BYTES + 1)}\nc`);
    const lengths = (pieces: readonly Uint8Array[]) =>
      split(pieces).map((line) => line.slice(0, 6));

    const whole = lengths([text]);

    expect(whole).toEqual(['aaaaaa', 'over 1', 'c']);
    for (const at of [1, MAX_LINE_BYTES, MAX_LINE_BYTES + 9, 2 * MAX_LINE_BYTES + 2]) {
      expect(lengths([text.subarray(0, at), text.subarray(at)])).toEqual(whole);
    }
  });

  it('leaves out the line that it begins inside of', () => {
    expect(split(['half', ' of it\nnext\n'], true)).toEqual(['next']);
  });
});

describe('stateOfFlags', () => {
  it.each([
    ['S0', 0x02, 0],
    ['REJ', 0x02, 0x14],
    ['SF', 0x1b, 0x1b],
    ['S1', 0x1a, 0x1a],
    ['S2', 0x1b, 0x1a],
    ['S3', 0x1a, 0x1b],
    ['RSTO', 0x1e, 0x1a],
    ['RSTR', 0x1a, 0x1e],
    ['SH', 0x03, 0],
    ['RSTOS0', 0x06, 0],
    ['OTH', 0x18, 0x18],
    ['OTH', 0, 0],
  ])('tells %s by what both ends of TCP sent', (state, flagsOut, flagsIn) => {
    const index = stateOfFlags({ protocol: 6, flagsOut, flagsIn, packetsOut: 1, packetsIn: 1 });

    expect(CONN_STATES[index]).toBe(state);
  });

  it('tells an answer by packets where there are no flags', () => {
    const udp = { protocol: 17, flagsOut: 0, flagsIn: 0, packetsOut: 1 };

    expect(CONN_STATES[stateOfFlags({ ...udp, packetsIn: 0 })]).toBe('S0');
    expect(CONN_STATES[stateOfFlags({ ...udp, packetsIn: 1 })]).toBe('SF');
  });
});

describe('detectFormat', () => {
  it.each([
    ['#separator \\x09', 'zeek'],
    ['{"id.orig_h":"192.0.2.1"}', 'zeek'],
    ['{"timestamp":"x","event_type":"stats"}', 'suricata'],
    ['{"eventid":"cowrie.session.connect"}', 'cowrie'],
    ['version srcaddr dstaddr', 'vpc'],
    ['$'.concat('{version} $', '{srcaddr}'), 'vpc'],
    ['2 1 eni-1 - - - - - - - 1431280876 1431280934 - NODATA', 'vpc'],
    ['{"time":1}', 'ndjson'],
    ['lorem ipsum', undefined],
    ['{"time":', undefined],
    ['# a comment', undefined],
  ])('tells what %s is of', (line, format) => {
    expect(detectFormat(line)).toBe(format);
  });
});

describe('the text of an alert', () => {
  it('is withheld from the public, as that of every row', () => {
    expect(PUBLIC_RULES.columns).toMatchObject({ text: 'blank', detail: 'blank' });
  });
});

describe('unescapeZeek', () => {
  it('makes bytes of UTF-8 out of escapes', () => {
    expect(unescapeZeek('z\\xc3\\xb6\\x09\\x5cx')).toBe('zö\t\\x');
    expect(unescapeZeek('\\xzz')).toBe('\\xzz');
  });
});
