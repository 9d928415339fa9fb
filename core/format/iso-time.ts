const DAY_MS = 86_400_000;
/** Days from 0000-03-01 to 1970-01-01, and in 400 years. */
const EPOCH_DAYS = 719_468;
const ERA_DAYS = 146_097;

/** RFC 3339 of a time in UTC (ms since the epoch, from the year 0 to 9999), to the millisecond: '2026-11-21T12:00:00.000Z'. */
export function isoTime(ms: number): string {
  return `${localTime(ms, 3)}Z`;
}

/** As Suricata writes it: '2026-11-21T12:00:00.000000+0000'. */
export function eveTime(ms: number): string {
  return `${localTime(ms, 6)}+0000`;
}

function localTime(ms: number, digits: 3 | 6): string {
  const whole = Math.floor(ms);
  const days = Math.floor(whole / DAY_MS);
  const inDay = whole - days * DAY_MS;
  const [year, month, day] = civil(days);
  const clock = [inDay / 3_600_000, (inDay / 60_000) % 60, (inDay / 1_000) % 60];
  const fraction = pad(inDay % 1_000, 3).padEnd(digits, '0');
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${clock.map((part) => pad(part, 2)).join(':')}.${fraction}`;
}

/** Year, month and day of a day counted from 1970-01-01. Source: https://howardhinnant.github.io/date_algorithms.html */
function civil(days: number): readonly [year: number, month: number, day: number] {
  const shifted = days + EPOCH_DAYS;
  const era = Math.floor(shifted / ERA_DAYS);
  const ofEra = shifted - era * ERA_DAYS;
  const year = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) /
      365,
  );
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const shiftedMonth = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return [year + era * 400 + (month <= 2 ? 1 : 0), month, day];
}

function pad(value: number, digits: number): string {
  return String(Math.floor(value)).padStart(digits, '0');
}
