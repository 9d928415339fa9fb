import type { Condition } from './alarm.ts';
import type { CaptureStatus } from './observation.ts';
import type { Traffic } from './traffic.ts';

const SOON_MS = 2_000;
const DROPS_CLEAR_MS = 30_000;
const STALLS_CLEAR_MS = 60_000;

/** What is wrong with a capture, given the look before and how its traffic is. */
export function captureConditions(
  capture: CaptureStatus,
  before: CaptureStatus | undefined,
  traffic: { readonly is: Traffic; readonly silentMs: number; readonly usual: number },
): Condition[] {
  return [
    ...interfaceCondition(capture),
    ...trafficCondition(capture, traffic),
    ...(before ? grown(capture, before) : []),
    ...samplingCondition(capture),
  ];
}

function interfaceCondition({ device, name, state, capturing }: CaptureStatus): Condition[] {
  const clearsAfterMs = SOON_MS;
  if (state === 'gone') {
    const message = `interface ${name} has gone: nothing of it is seen`;
    const remedy = 'Bring it back; it is captured again by itself.';
    return [{ name: `interface-gone ${device}`, message, remedy, clearsAfterMs }];
  }
  if (state === 'down') {
    const message = `interface ${name} is down: nothing of it is seen`;
    const remedy = `ip link set ${name} up; it is captured again by itself.`;
    return [{ name: `interface-down ${device}`, message, remedy, clearsAfterMs }];
  }
  if (capturing) return [];
  const message = `interface ${name} is up, but not captured`;
  const remedy =
    'A capture starts by itself within seconds; if this stays, see the messages before it.';
  return [{ name: `not-capturing ${device}`, message, remedy, clearsAfterMs }];
}

function trafficCondition(
  { device, name }: CaptureStatus,
  { is, silentMs, usual }: { is: Traffic; silentMs: number; usual: number },
): Condition[] {
  if (is === 'usual') return [];
  const past = usual > 0 ? `, usually ${usual.toPrecision(2)} packets/s` : ' so far';
  const seconds = Math.round(silentMs / 1_000);
  const message =
    is === 'silent'
      ? `too little traffic on ${name}: none for ${seconds} s${past}`
      : `too little traffic on ${name}: less than a twentieth of what is usual${past}`;
  const remedy = 'Check the cable, the mirror port of the switch, and the filter.';
  return [{ name: `too-little-traffic ${device}`, message, remedy, clearsAfterMs: SOON_MS }];
}

/** What has happened since the look before. */
function grown(capture: CaptureStatus, before: CaptureStatus): Condition[] {
  const { device, name } = capture;
  const found: Condition[] = [];
  const drops = capture.kernelDrops - before.kernelDrops;
  if (drops > 0) {
    found.push({
      name: `kernel-drops ${device}`,
      message: `the kernel had no room for ${drops} packets of ${name} in the last second`,
      remedy: 'Narrow the filter, give --buffer-mb more, or the host another core.',
      clearsAfterMs: DROPS_CLEAR_MS,
    });
  }
  if (capture.stalls > before.stalls) {
    found.push({
      name: `capture-stalled ${device}`,
      message: `the capture of ${name} hung and was started again (${capture.stalls} times so far)`,
      remedy: 'If it happens again, look at the host: a stopped process, a full machine, a driver.',
      clearsAfterMs: STALLS_CLEAR_MS,
    });
  }
  return found;
}

function samplingCondition({ device, name, sampling, skipped }: CaptureStatus): Condition[] {
  if (sampling === 1) return [];
  return [
    {
      name: `sampling ${device}`,
      message: `overload on ${name}: one in ${sampling} flows is looked at, ${skipped} packets were not so far`,
      remedy: 'Every event says so. Narrow the filter or give the host more.',
      clearsAfterMs: SOON_MS,
    },
  ];
}
