import type { Technique } from '../../../core/classify/behaviours.ts';
import type { ConnState } from '../../../core/event/kinds.ts';
import type { EventRow } from '../../../core/event/row.ts';
import { MARK } from '../../../core/event/table.ts';
import type { ViewState } from '../model/view-state.ts';

const NUMBER = new Intl.NumberFormat('en');
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** 12,345. */
export function number(value: number): string {
  return NUMBER.format(value);
}

/** As it is up to five digits, 123K above. */
export function shortNumber(value: number): string {
  return value < 100_000 ? NUMBER.format(value) : COMPACT.format(value);
}

/** 1 connection, 2 connections. */
export function plural(value: number, one: string, many: string): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** Bytes in steps of 1,000: 482 B, 1.2 kB. */
export function byteText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1_000 ** step;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[step - 1]}`;
}

/** 14:02:31, or with its date when it is not of the day of `now`. */
export function timeText(time: number, now: number): string {
  const date = new Date(time);
  const clock = date.toLocaleTimeString('en-GB');
  const sameDay = date.toDateString() === new Date(now).toDateString();
  return sameDay ? clock : `${date.toISOString().slice(2, 10)} ${clock.slice(0, 5)}`;
}

/** 14:02. */
export function minuteText(time: number): string {
  return new Date(time).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

/** 0.4 s, 12 s, 3 min. */
export function durationText(ms: number): string {
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  return `${Math.round(ms / 60_000)} min`;
}

const STATES: Readonly<Record<ConnState, readonly [short: string, long: string]>> = {
  NONE: ['open', 'Still open, or its end was not seen yet'],
  S0: ['no answer', 'Tried, no answer'],
  S1: ['open', 'Established, not ended'],
  SF: ['completed', 'Established and ended normally'],
  REJ: ['refused', 'The destination refused'],
  S2: ['half closed', 'Established, the source closed its side'],
  S3: ['half closed', 'Established, the destination closed its side'],
  RSTO: ['reset', 'Established, then reset by the source'],
  RSTR: ['reset back', 'Reset by the destination'],
  RSTOS0: ['gave up', 'The source asked, then reset without an answer'],
  RSTRH: ['reset back', 'The destination answered and reset; the asking was not seen'],
  SH: ['half seen', 'Asked and closed without an answer'],
  SHR: ['half seen', 'Only the answering side was seen'],
  OTH: ['midway', 'Seen midway: no beginning'],
};

/** A connection state in plain words, and as Zeek names it. */
export function stateText(state: ConnState): { readonly short: string; readonly long: string } {
  const [short, long] = STATES[state];
  return { short, long: state === 'NONE' ? long : `${long} (${state})` };
}

/** Likewise of connections told as one: where their ends differ, no one state is theirs. */
export function foldedStateText(state: ConnState): ReturnType<typeof stateText> {
  if (state !== 'NONE') return stateText(state);
  return { short: 'various', long: 'Open, or ended in different ways' };
}

const MARKS = Object.entries(MARK);

/** Kinds of network that an end's marks stand for. */
export function marksOf(marks: number): readonly string[] {
  return MARKS.filter(([, bit]) => (marks & bit) !== 0).map(([name]) => name);
}

const METHODS: Readonly<Record<string, string>> = {
  port: 'port',
  payload: 'payload',
  behaviour: 'behaviour',
  intelligence: 'list',
};

/** How a service was told and how sure that is: "port 60 %". */
export function methodText(method: string, confidence: number): string {
  const known = METHODS[method];
  return known === undefined ? 'not told' : `${known} ${confidence} %`;
}

const REGIONS = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'code' });

/** Full name of an ISO 3166 code, '' for none. */
export function countryName(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? (REGIONS.of(code) ?? code) : '';
}

/** One sentence of what is happening: the page's headline, and what a screen reader hears. */
export function digest(state: ViewState): string {
  const { minute, held, now } = state;
  if (minute.connections > 0) {
    const from =
      minute.countries > 0 ? ` from ${plural(minute.countries, 'country', 'countries')}` : '';
    return `${plural(minute.connections, 'connection', 'connections')}${from} in the last minute`;
  }
  if (Number.isNaN(held.newest)) return 'Nothing has arrived yet';
  return `No connections in the last minute; the last data came ${durationText(now - held.newest)} ago`;
}

const PROVENANCES = ['Measured', 'Replay', 'Synthetic'] as const;

/** Sampled 1:10. */
export function samplingWords(sampling: number): string {
  return `sampled 1:${number(sampling)}`;
}

/** What a finding rests on: "254 hosts". */
export function evidenceText({
  evidence,
  behaviour,
}: Pick<EventRow, 'evidence' | 'behaviour'>): string {
  return `${number(evidence)} ${behaviour.counted}`;
}

/** The MITRE ATT&CK technique of a finding, by whether it comes from outside the sensor's networks. */
export function techniqueOf({
  behaviour,
  direction,
}: Pick<EventRow, 'behaviour' | 'direction'>): Technique | undefined {
  return direction === 'inbound' || direction === 'transit' ? behaviour.outside : behaviour.inside;
}

/** Where the window's events come from, most first; empty when there are none. */
export function provenanceWords(counts: readonly number[]): readonly string[] {
  return PROVENANCES.map((word, index) => ({ word, count: counts[index] ?? 0 }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .map(({ word }) => word);
}
