import { describe, expect, test } from 'vitest';
import { BEHAVIOURS, type Behaviour } from '../../../../core/classify/behaviours.ts';
import { CONN_STATES } from '../../../../core/event/kinds.ts';
import type { ViewState } from '../../../../web/src/model/view-state.ts';
import { curvePath } from '../../../../web/src/ui/curve.ts';
import { feedWindow } from '../../../../web/src/ui/feed-window.ts';
import { nextStop } from '../../../../web/src/ui/sheet-stop.ts';
import { explainSilence } from '../../../../web/src/ui/stages.ts';
import {
  byteText,
  countryName,
  digest,
  durationText,
  evidenceText,
  methodText,
  provenanceWords,
  samplingWords,
  shortNumber,
  stateText,
  techniqueOf,
} from '../../../../web/src/ui/words.ts';

const NOW = 1_700_000_000_000;
const quiet: ViewState = {
  line: 'live',
  audience: 'public',
  behindMs: Number.NaN,
  missed: 0,
  recovered: 0,
  minute: { connections: 0, sources: 0, countries: 0, more: false },
  quarter: { connections: 0, sources: 0, countries: 0, more: false },
  classes: [],
  provenance: [0, 0, 0],
  sampling: 1,
  curve: [],
  held: {
    connections: 0,
    events: 0,
    filtered: 0,
    withheld: 0,
    packets: 0,
    bytes: 0,
    since: Number.NaN,
    newest: Number.NaN,
  },
  filter: '',
  drawn: { received: 0, drawn: 0, folded: 0, filtered: 0 },
  omitted: 0,
  delayMs: 0,
  tickMs: 1_000,
  problems: 0,
  status: undefined,
  feedVersion: 0,
  feedAdded: 0,
  now: NOW,
};
const status = (part: object): NonNullable<ViewState['status']> => ({
  at: NOW,
  audience: 'public',
  logs: [],
  sensors: [],
  databases: {},
  totals: { since: 0, segments: 0, batches: 0, events: 0, counters: {}, quarantined: 0 },
  newest: { events: 0, counters: {} },
  ...part,
});

describe('digest', () => {
  test('says what happened in the last minute', () => {
    const minute = { connections: 212, sources: 90, countries: 14, more: false };

    expect(digest({ ...quiet, minute })).toBe(
      '212 connections from 14 countries in the last minute',
    );
    expect(
      digest({ ...quiet, minute: { connections: 1, sources: 1, countries: 1, more: false } }),
    ).toBe('1 connection from 1 country in the last minute');
  });

  test('says so when it is quiet, and for how long', () => {
    const held = { ...quiet.held, newest: NOW - 180_000 };

    expect(digest(quiet)).toBe('Nothing has arrived yet');
    expect(digest({ ...quiet, held })).toBe(
      'No connections in the last minute; the last data came 3 min ago',
    );
  });
});

describe('explainSilence', () => {
  const states = (state: ViewState) => explainSilence(state).map((report) => report.state);

  test('asks before it knows', () => {
    expect(states({ ...quiet, line: 'connecting' })).toEqual(['unknown', 'unknown', 'silent']);
  });

  test('names the stage that is silent', () => {
    expect(states({ ...quiet, status: status({}) })).toEqual(['silent', 'silent', 'working']);
  });

  test('shows refusals by reason', () => {
    const totals = {
      since: 0,
      segments: 2,
      batches: 0,
      events: 0,
      counters: { 'bad-signature': 3 },
    };

    const [, store] = explainSilence({ ...quiet, status: status({ totals }) });

    expect(store).toMatchObject({ state: 'refusing' });
    expect(store?.words).toContain('bad-signature 3');
  });

  test('counts a sensor that reported within a minute as working', () => {
    const sensors = [
      {
        probe: '',
        site: 'Frankfurt',
        provenance: 0,
        lastSegmentAt: NOW - 5_000,
        batches: 1,
        events: 1,
      },
    ];

    expect(states({ ...quiet, status: status({ sensors }) })[0]).toBe('working');
  });
});

describe('words', () => {
  test('write amounts as people read them', () => {
    expect([byteText(482), byteText(1_234), byteText(25_000_000)]).toEqual([
      '482 B',
      '1.2 kB',
      '25 MB',
    ]);
    expect([durationText(400), durationText(12_400), durationText(180_000)]).toEqual([
      '0.4 s',
      '12 s',
      '3 min',
    ]);
    expect([shortNumber(99_999), shortNumber(1_234_567)]).toEqual(['99,999', '1.2M']);
  });

  test('have plain words for every connection state', () => {
    for (const state of CONN_STATES) expect(stateText(state).short).not.toBe('');
  });

  test('say how a service was told', () => {
    expect(methodText('port', 60)).toBe('port 60 %');
    expect(methodText('none', 0)).toBe('not told');
  });

  test('name countries and leave what is none empty', () => {
    expect([countryName('DE'), countryName(''), countryName('<b>')]).toEqual(['Germany', '', '']);
  });

  test('say what a finding rests on and which technique it is, seen from the sensor', () => {
    const behaviour = BEHAVIOURS[2] as Behaviour;

    expect(evidenceText({ evidence: 1_254, behaviour })).toBe('1,254 hosts');
    expect(techniqueOf({ behaviour, direction: 'inbound' })?.id).toBe('T1595.001');
    expect(techniqueOf({ behaviour, direction: 'internal' })?.id).toBe('T1046');
    expect(samplingWords(10)).toBe('sampled 1:10');
  });

  test('say a mixture of provenances, most first', () => {
    expect(provenanceWords([1, 0, 9])).toEqual(['Synthetic', 'Measured']);
  });
});

describe('feedWindow', () => {
  test('draws only what is seen and a little more', () => {
    const view = feedWindow(3_000, { rowPx: 26, scrollTop: 2_600, height: 156 });

    expect(view).toEqual({ first: 98, end: 108, height: 78_000 });
  });

  test('ends where the list ends', () => {
    expect(feedWindow(2, { rowPx: 26, scrollTop: 0, height: 500 })).toMatchObject({
      first: 0,
      end: 2,
    });
    expect(feedWindow(0, { rowPx: 26, scrollTop: 0, height: 500 })).toMatchObject({
      first: 0,
      end: 0,
    });
  });
});

describe('nextStop', () => {
  test('goes round when tapped, and with the finger when dragged', () => {
    expect(nextStop('peek', 0)).toBe('half');
    expect(nextStop('full', 3)).toBe('peek');
    expect(nextStop('half', -80)).toBe('full');
    expect(nextStop('half', 80)).toBe('peek');
    expect(nextStop('full', -80)).toBe('full');
  });
});

describe('curvePath', () => {
  test('reaches the top at its highest bin and the ground at none', () => {
    expect(curvePath([0, 4])).toBe('M0.0 27.0L240.0 2.0');
    expect(curvePath([0, 0])).toBe('M0.0 27.0L240.0 27.0');
  });
});
