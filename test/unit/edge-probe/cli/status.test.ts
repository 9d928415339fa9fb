import { describe, expect, it } from 'vitest';
import { type Status, type StatusOutput, sayStatus } from '../../../../edge-probe/cli/status.ts';

const STATUS: Status = {
  type: 'status',
  final: true,
  packets: 12_345,
  ip: 12_000,
  flows: 300,
  events: 600,
  batches: 5,
  shippedBatches: 4,
  shippedBytes: 9_000,
  queuedBatches: 1,
  retries: 2,
  dropped: { 'queue-full': 7 },
  undecodable: { 'short-ip': 3, 'unknown-link': 1 },
  kernelDrops: 9,
  spool: { kind: 'memory', fill: 0, oldestMs: 0, volatileEvents: 0 },
  shipping: { lastSuccessMs: 0, failures: 0, lastFailure: '' },
};

function said(format: StatusOutput['format'], terminal: boolean): { out: string; err: string } {
  const said = { out: '', err: '' };
  const output: StatusOutput = {
    format,
    terminal,
    stdout: (text) => {
      said.out += text;
    },
    stderr: (text) => {
      said.err += text;
    },
  };
  sayStatus(output, STATUS);
  return said;
}

describe('sayStatus', () => {
  it('prints one JSON line for scripts', () => {
    const { out, err } = said('json', false);

    expect(JSON.parse(out)).toEqual(STATUS);
    expect([out.endsWith('}\n'), err]).toEqual([true, '']);
  });

  it('prints one line for people with everything that was lost', () => {
    expect(said('line', false)).toEqual({
      out: '',
      err: '12,345 packets · 300 flows · 600 events · 4/5 batches shipped · 2 retries · 4 undecodable · 9 kernel drops · 7 events lost\n',
    });
  });

  it('writes the line over itself on a terminal', () => {
    expect(said('line', true).err.startsWith('\r\u001b[2K12,345 packets')).toBe(true);
  });

  it('prints nothing when asked to', () => {
    expect(said('none', true)).toEqual({ out: '', err: '' });
  });
});
