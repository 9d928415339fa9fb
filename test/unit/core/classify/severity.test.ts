import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BEHAVIOURS } from '../../../../core/classify/behaviours.ts';
import { SERVICES } from '../../../../core/classify/services.ts';
import {
  levelOfBits,
  reasonColumn,
  severityColumn,
  severityOf,
  severityOfBits,
} from '../../../../core/classify/severity.ts';
import { REASONS } from '../../../../core/classify/severity-reasons.ts';
import {
  CONN_STATES,
  type ConnState,
  DIRECTION,
  EVENT_KIND,
} from '../../../../core/event/kinds.ts';
import { redact } from '../../../../core/redact/public-rendering.ts';
import { type SaidRow, said } from '../fold/flow-table.ts';
import { policyOf } from '../redact/canary-table.ts';
import { SEED } from '../round-trip.ts';
import { anyRendering } from '../samples.ts';

function reasonsOf(row: SaidRow): readonly string[] {
  return severityOf(said([row]).table, 0).reasons.map(({ name }) => name);
}

function flow(service: string, state: ConnState, more: SaidRow = {}): SaidRow {
  return { service: serviceId(service), state: CONN_STATES.indexOf(state), ...more };
}

function finding(name: string, more: SaidRow = {}): SaidRow {
  const behaviour = BEHAVIOURS.findIndex((known) => known.name === name);
  return { kind: EVENT_KIND.finding, behaviour, evidence: 40, ...more };
}

function serviceId(name: string): number {
  return SERVICES.findIndex((known) => known.name === name);
}

describe('severityOf', () => {
  it.each<[string, SaidRow, readonly string[]]>([
    ['an unanswered probe', flow('ssh', 'S0'), ['unanswered', 'unremarkable']],
    ['a refused one', flow('postgresql', 'REJ'), ['unanswered', 'unremarkable']],
    ['a shell that answers', flow('ssh', 'SF'), ['remote-shell']],
    ['telnet that answers', flow('telnet', 'RSTO'), ['clear-text-shell']],
    ['a remote desktop', flow('rdp', 'S1'), ['remote-desktop']],
    ['a database', flow('redis', 'SF'), ['database']],
    ['a controller', flow('modbus', 'SF'), ['industrial']],
    ['a management interface', flow('docker', 'SF'), ['management']],
    ['a file server', flow('smb', 'RSTR'), ['file-server']],
    ['a web server', flow('https', 'SF'), ['unremarkable']],
    [
      'a service told by the client port alone',
      flow('redis', 'SF', { confidence: 20 }),
      ['unremarkable'],
    ],
    ['a database abroad', flow('redis', 'SF', { direction: DIRECTION.outbound }), ['unremarkable']],
    ['a flow under way that was answered', flow('redis', 'NONE', { flagsIn: 0x12 }), ['database']],
    ['a flow under way that was not', flow('redis', 'NONE', { flagsIn: 0x04 }), ['unremarkable']],
    [
      'a flow that began before the capture, and goes both ways',
      flow('modbus', 'OTH', { flagsOut: 0x18, flagsIn: 0x18 }),
      ['industrial'],
    ],
    [
      'one of them that is under way',
      flow('redis', 'NONE', { flagsOut: 0x18, flagsIn: 0x10 }),
      ['database'],
    ],
    [
      'one of which one side was seen',
      flow('modbus', 'OTH', { flagsOut: 0x18, flagsIn: 0 }),
      ['unremarkable'],
    ],
    [
      'one that was reset',
      flow('modbus', 'OTH', { flagsOut: 0x10, flagsIn: 0x14 }),
      ['unremarkable'],
    ],
    ['answered UDP', flow('snmp', 'NONE', { protocol: 17 }), ['management']],
    ['a listed source that knocks', flow('http', 'S0', { listed: 'drop' }), ['listed-contact']],
    ['a listed source that is answered', flow('http', 'SF', { listed: 'drop' }), ['listed-talk']],
    [
      'a call to a listed host',
      flow('http', 'S0', { listed: 'drop', direction: 1 }),
      ['listed-call'],
    ],
    ['talk with one', flow('http', 'SF', { listed: 'drop', direction: 1 }), ['listed-answer']],
    ['a scan', finding('scan-horizontal'), ['scan']],
    ['a scan from home', finding('sweep', { direction: DIRECTION.internal }), ['scan-from-home']],
    ['a flood', finding('syn-flood'), ['flood']],
    ['guessing', finding('brute-force'), ['guessing']],
    [
      'much guessing',
      finding('brute-force', { evidence: 1000 }),
      ['persistent-guessing', 'guessing'],
    ],
    ['a reflector at home', finding('reflection', { direction: 1 }), ['reflector-at-home']],
    [
      'a scan by a listed source',
      finding('scan-vertical', { listed: 'drop' }),
      ['listed-contact', 'scan'],
    ],
    ['an alert of an IDS', finding('ids-alert', { evidence: 1 }), ['alert']],
    ['one about a home host', finding('ids-alert', { direction: DIRECTION.outbound }), ['alert']],
    ['a behaviour of another version', finding('', { behaviour: 250 }), ['finding']],
    ['a bare end', { from: '', to: '', kind: EVENT_KIND.close, listed: 'drop' }, ['unremarkable']],
    ['a process', { kind: EVENT_KIND.exec }, ['unremarkable']],
  ])('gives the reasons of %s', (_what, row, reasons) => {
    expect(reasonsOf(row)).toEqual(reasons);
  });

  it('is as grave as its gravest reason, which comes first', () => {
    const { table } = said([flow('redis', 'SF', { listed: 'drop', direction: DIRECTION.inbound })]);

    const { level, reasons } = severityOf(table, 0);

    expect(level).toBe(3);
    expect(reasons.map(({ name }) => name)).toEqual(['listed-talk', 'database']);
  });

  it('explains every level, the same in the column as in the row', () => {
    fc.assert(
      fc.property(anyRendering, ({ table }) => {
        const column = severityColumn(table);
        const bits = reasonColumn(table);
        for (let i = 0; i < table.length; i++) {
          const { level, reasons } = severityOf(table, i);
          expect(reasons.length).toBeGreaterThan(0);
          expect(level).toBe(Math.max(...reasons.map((reason) => reason.level)));
          expect(column[i]).toBe(level);
          expect(levelOfBits(bits[i] as number)).toBe(level);
        }
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  it('says the same to both audiences', () => {
    const rows = [
      ...SERVICES.map(({ name }) => flow(name, 'SF')),
      ...CONN_STATES.map((state) => flow('redis', state, { listed: 'drop' })),
      ...BEHAVIOURS.map(({ name }) => finding(name)),
    ];
    const { table } = said(rows);

    const redacted = redact(table, policyOf({ internal: true })).table;

    expect([...reasonColumn(redacted)]).toEqual([...reasonColumn(table)]);
  });
});

describe('REASONS', () => {
  it('go from the gravest down, and fit the bits of a number', () => {
    const levels = REASONS.map(({ level }) => level as number);

    expect(levels).toEqual(levels.toSorted((a, b) => b - a));
    expect(REASONS.length).toBeLessThanOrEqual(31);
    expect(new Set(REASONS.map(({ name }) => name)).size).toBe(REASONS.length);
  });

  it('make no bits unremarkable', () => {
    expect(severityOfBits(0)).toMatchObject({ level: 0, reasons: [{ name: 'unremarkable' }] });
  });
});
