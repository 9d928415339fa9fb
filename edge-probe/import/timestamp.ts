/** Latest time that is believed, ms: the year 2200. */
const MAX_MS = 7_258_118_400_000;
/** Numbers above are ms, not seconds: as seconds they would be in the year 5138. */
const SECONDS_BELOW = 1e11;
const DAY_MS = 86_400_000;

/** Day and month as the last times had them: most times of a log are of one day. */
let knownDay = '';
let knownDayMs = 0;

/**
 * ms since the epoch out of RFC 3339 (the zone also as +0000, or left out for UTC), or out of a number of seconds or ms;
 * undefined when it is none.
 */
export function parseTimestamp(value: unknown): number | undefined {
  if (typeof value === 'number') return believed(value < SECONDS_BELOW ? value * 1000 : value);
  if (typeof value !== 'string') return undefined;
  if (value.charCodeAt(4) === 45) return believed(isoTime(value));
  const number = value.trim() === '' ? Number.NaN : Number(value);
  return believed(number < SECONDS_BELOW ? number * 1000 : number);
}

function believed(time: number): number | undefined {
  return time >= 0 && time <= MAX_MS ? time : undefined;
}

/** NaN when it is none. */
function isoTime(text: string): number {
  const split = text.charCodeAt(10);
  if (split !== 84 && split !== 32 && split !== 116) return Number.NaN;
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return Number.NaN;
  const hours = digits(text, 11, 13);
  const minutes = digits(text, 14, 16);
  const seconds = digits(text, 17, 19);
  if (!(hours < 24 && minutes < 60 && seconds <= 60)) return Number.NaN;
  let at = 19;
  let fraction = 0;
  if (text.charCodeAt(at) === 46) {
    const from = ++at;
    while (at < text.length && at - from < 9 && isDigit(text.charCodeAt(at))) at++;
    fraction = (1000 * digits(text, from, at)) / 10 ** (at - from);
  }
  const zone = zoneMs(text.slice(at));
  return dayMs(text) + ((hours * 60 + minutes) * 60 + seconds) * 1000 + fraction - zone;
}

function dayMs(text: string): number {
  const day = text.slice(0, 10);
  if (day === knownDay) return knownDayMs;
  if (day.charCodeAt(7) !== 45) return Number.NaN;
  const [year, month, date] = [digits(day, 0, 4), digits(day, 5, 7), digits(day, 8, 10)];
  const ms = Date.UTC(year, month - 1, date);
  const isDay = ms >= 0 && new Date(ms).getUTCDate() === date && month <= 12;
  knownDay = day;
  knownDayMs = isDay ? ms : Number.NaN;
  return knownDayMs;
}

/** What local time is ahead of UTC, ms. */
function zoneMs(text: string): number {
  if (text === '' || text === 'Z' || text === 'z') return 0;
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(text) ?? [];
  if (sign === undefined) return Number.NaN;
  const ahead = (Number(hours) * 60 + Number(minutes)) * 60_000;
  if (ahead > DAY_MS) return Number.NaN;
  return sign === '-' ? -ahead : ahead;
}

/** The number that the digits from `from` to `to` write; NaN when there are others. */
function digits(text: string, from: number, to: number): number {
  if (to > text.length || from >= to) return Number.NaN;
  let value = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) return Number.NaN;
    value = value * 10 + code - 48;
  }
  return value;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
