import type { Alarm } from '../watchdog/alarm.ts';
import type { CaptureStatus } from '../watchdog/observation.ts';
import { figure } from './figures.ts';
import type { RecordingStatus, Status } from './status.ts';

const COLUMN = 18;

/** A running process's status for people; what it is decides what is told. */
export function statusReport(status: Readonly<Record<string, unknown>>, nowMs: number): string {
  const lines =
    status['type'] === 'status'
      ? probeLines(status as unknown as Status, nowMs)
      : Object.entries(status).flatMap(([name, value]) => plainLine(name, value));
  return `${lines.join('\n')}\n`;
}

function probeLines(status: Status, nowMs: number): string[] {
  const { spool, shipping, captures = [], alarms = [] } = status;
  const waiting = `${figure(status.queuedBatches)} batches, ${Math.round(spool.fill * 100)} % of the ${spool.kind} spool, oldest ${age(spool.oldestMs)}`;
  const last = shipping.lastSuccessMs > 0 ? `${age(nowMs - shipping.lastSuccessMs)} ago` : 'never';
  return [
    ...alarms.flatMap((alarm) => alarmLines(alarm, nowMs)),
    ...(alarms.length === 0 ? [line('alarms', 'none')] : []),
    line(
      'packets',
      `${figure(status.packets)}, ${figure(status.kernelDrops)} dropped by the kernel`,
    ),
    ...reasons('undecodable', status.undecodable),
    line('flows', figure(status.flows)),
    ...reasons('unfinished', status.unfinished ?? {}),
    line('events', `${figure(status.events)} accepted`),
    ...reasons('lost', status.dropped),
    line('batches', `${figure(status.shippedBatches)} of ${figure(status.batches)} shipped`),
    line('waiting', waiting),
    line('last shipped', last),
    ...(shipping.lastFailure === ''
      ? []
      : [line('trouble', `${shipping.lastFailure} (${figure(shipping.failures)} in a row)`)]),
    ...(shipping.credentialsExpireMs === undefined
      ? []
      : [line('credentials', `end in ${age(shipping.credentialsExpireMs - nowMs)}`)]),
    ...captures.map(captureLine),
    ...Object.entries(status.modules ?? {}).flatMap(([name, counts]) => reasons(name, counts)),
    ...(status.recording ? recordingLines(status.recording) : []),
  ];
}

function recordingLines({ packets, busy, failed, trouble }: RecordingStatus): string[] {
  const is = `${figure(packets)} packets kept, ${figure(busy + failed)} not`;
  return [line('recording', trouble === '' ? is : `${is}; STOPPED: ${trouble}`)];
}

function captureLine(of: CaptureStatus): string {
  const parts = [
    of.capturing ? 'capturing' : `${of.state}, not capturing`,
    `${figure(of.received)} packets`,
    `${figure(of.kernelDrops)} kernel drops`,
  ];
  if (of.sampling > 1) parts.push(`1 in ${of.sampling} flows`);
  if (of.possiblyLost > 0) parts.push(`at most ${figure(of.possiblyLost)} missed`);
  if (of.restarts > 0) parts.push(`${figure(of.restarts)} restarts`);
  return line(of.name, parts.join(', '));
}

function alarmLines({ message, remedy, since }: Alarm, nowMs: number): string[] {
  return [line('ALARM', `${message} (for ${age(nowMs - since)})`), line('', remedy)];
}

function reasons(title: string, counts: Readonly<Record<string, number>>): string[] {
  const said = Object.entries(counts).map(([reason, value]) => `${reason} ${figure(value)}`);
  return said.length === 0 ? [] : [line(title, said.join(', '))];
}

function plainLine(name: string, value: unknown): string[] {
  if (typeof value === 'number') return [line(name, figure(value))];
  if (typeof value === 'object' && value !== null) {
    return reasons(name, value as Record<string, number>);
  }
  return [];
}

function line(title: string, text: string): string {
  return `${title.padEnd(COLUMN)}${text}`;
}

function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3_600)} h`
    : `${Math.round(seconds / 86_400)} days`;
}
