import type { ViewState } from '../model/view-state.ts';
import { durationText, number } from './words.ts';

/** One stage of the pipeline as an empty map explains it. */
export interface StageReport {
  readonly name: string;
  readonly state: 'working' | 'silent' | 'refusing' | 'unknown';
  readonly words: string;
}

/** Which stage is silent, and what to do: what an empty map owes its reader. */
export function explainSilence(state: ViewState): readonly StageReport[] {
  return [sensors(state), store(state), line(state)];
}

function sensors({ status, now }: ViewState): StageReport {
  const name = 'Sensors';
  if (!status) return { name, state: 'unknown', words: 'Asking the store who has reported…' };
  const newest = status.sensors.reduce((last, one) => Math.max(last, one.lastSegmentAt), 0);
  if (newest === 0)
    return {
      name,
      state: 'silent',
      words: 'No sensor has reported yet. Start a probe, or check that it runs and may ship.',
    };
  const sites = new Set(status.sensors.map((sensor) => sensor.site)).size;
  return {
    name,
    state: now - newest < 60_000 ? 'working' : 'silent',
    words: `${sites} ${sites === 1 ? 'site has' : 'sites have'} reported, last ${durationText(Math.max(0, now - newest))} ago.`,
  };
}

function store({ status }: ViewState): StageReport {
  const name = 'Store';
  if (!status) return { name, state: 'unknown', words: 'Asking for its logs…' };
  const refused = Object.entries(status.totals.counters);
  if (refused.length > 0) {
    const words = refused.map(([reason, count]) => `${reason} ${number(count)}`).join(', ');
    return { name, state: 'refusing', words: `Set aside or refused so far: ${words}.` };
  }
  if (status.totals.segments === 0)
    return {
      name,
      state: 'silent',
      words:
        'No segment has been stored. Batches have not reached the stream, or nothing reads it.',
    };
  return {
    name,
    state: 'working',
    words: `${number(status.totals.segments)} segments stored, ${number(status.totals.events)} events.`,
  };
}

function line(state: ViewState): StageReport {
  const name = 'This page';
  if (state.line === 'live')
    return { name, state: 'working', words: 'Connected and waiting for the next frame.' };
  const words =
    state.line === 'reconnecting'
      ? 'The line to the server was cut; trying again.'
      : 'Opening the line to the server.';
  return { name, state: 'silent', words };
}
