import type { Condition } from './alarm.ts';
import type { Observation, WaitingStatus } from './observation.ts';

/** Clocks that run apart by more between two looks were set, ms. */
const STEP_MS = 1_000;
const STEP_CLEARS_MS = 60_000;
const SOON_MS = 2_000;
const SPOOL_FULL = { raise: 0.8, clear: 0.6 } as const;
const SPOOL_OLD_MS = { raise: 1_800_000, clear: 600_000 } as const;
/** A signature is refused when the clock is off by 5 minutes (AWS Signature Version 4). */
const CLOCK_OFF_MS = { raise: 60_000, clear: 30_000 } as const;
const CREDENTIALS_MS = { raise: 300_000, clear: 360_000 } as const;

/** What is wrong with the clock, the spool and the credentials. */
export function hostConditions(now: Observation, before: Observation | undefined): Condition[] {
  return [
    ...(before ? clockCondition(now, before) : []),
    ...offsetCondition(now),
    ...(now.spool ? spoolConditions(now.spool) : []),
    ...credentialsCondition(now),
  ];
}

function clockCondition(now: Observation, before: Observation): Condition[] {
  const stepMs = now.wallMs - before.wallMs - (now.monotonicMs - before.monotonicMs);
  if (Math.abs(stepMs) < STEP_MS) return [];
  const seconds = (Math.abs(stepMs) / 1_000).toFixed(1);
  return [
    {
      name: 'clock-step',
      message: `the clock was set ${stepMs > 0 ? 'forward' : 'back'} by ${seconds} s: times before and after do not fit`,
      remedy: 'Let chrony or systemd-timesyncd keep the time; they slew small differences.',
      clearsAfterMs: STEP_CLEARS_MS,
    },
  ];
}

function offsetCondition({ clockOffsetMs = 0 }: Observation): Condition[] {
  const off = Math.abs(clockOffsetMs);
  if (off < CLOCK_OFF_MS.clear) return [];
  const seconds = Math.round(off / 1_000);
  return [
    {
      name: 'clock-off',
      message: `the clock is ${seconds} s ${clockOffsetMs > 0 ? 'behind' : 'before'} the stream's: events carry wrong times`,
      remedy: 'Let chrony or systemd-timesyncd keep the time.',
      onlyKeeps: off < CLOCK_OFF_MS.raise,
      clearsAfterMs: SOON_MS,
    },
  ];
}

function spoolConditions({ fill, oldestMs, trouble = '' }: WaitingStatus): Condition[] {
  const found: Condition[] = [];
  if (trouble !== '') {
    found.push({
      name: 'spool-trouble',
      message: `the spool's disk takes no batches (${trouble}): they wait in memory`,
      remedy: 'Look at the disk of --state-dir: full, read-only or broken.',
      clearsAfterMs: SOON_MS,
    });
  }
  if (fill > SPOOL_FULL.clear) {
    found.push({
      name: 'spool-near-full',
      message: `the spool is ${Math.round(fill * 100)} % full: soon the oldest batches are dropped`,
      remedy: 'Look at what keeps the stream away, or give the spool more room.',
      onlyKeeps: fill < SPOOL_FULL.raise,
      clearsAfterMs: SOON_MS,
    });
  }
  if (oldestMs > SPOOL_OLD_MS.clear) {
    found.push({
      name: 'spool-old',
      message: `the oldest batch has waited for ${Math.round(oldestMs / 60_000)} minutes`,
      remedy: 'Look at what keeps the stream away.',
      onlyKeeps: oldestMs < SPOOL_OLD_MS.raise,
      clearsAfterMs: SOON_MS,
    });
  }
  return found;
}

function credentialsCondition({ wallMs, credentialsEndMs }: Observation): Condition[] {
  if (credentialsEndMs === undefined) return [];
  const leftMs = credentialsEndMs - wallMs;
  if (leftMs > CREDENTIALS_MS.clear) return [];
  const when =
    leftMs > 0 ? `end in ${Math.ceil(leftMs / 60_000)} minutes` : 'have ended: nothing is shipped';
  return [
    {
      name: 'credentials-near-expiry',
      message: `the credentials ${when}`,
      remedy: 'Renew them where they come from; batches wait in the spool meanwhile.',
      onlyKeeps: leftMs > CREDENTIALS_MS.raise,
      clearsAfterMs: SOON_MS,
    },
  ];
}
