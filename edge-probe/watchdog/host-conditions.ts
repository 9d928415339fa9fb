import type { Condition } from './alarm.ts';
import type { Observation, SpoolStatus } from './observation.ts';

/** Clocks that run apart by more between two looks were set, ms. */
const STEP_MS = 1_000;
const STEP_CLEARS_MS = 60_000;
const SOON_MS = 2_000;
const SPOOL_FULL = { raise: 0.8, clear: 0.6 } as const;
/** Share of the age at which batches are dropped. */
const SPOOL_OLD = { raise: 0.5, clear: 0.25 } as const;
const CREDENTIALS_MS = { raise: 300_000, clear: 360_000 } as const;

/** What is wrong with the clock, the spool and the credentials. */
export function hostConditions(now: Observation, before: Observation | undefined): Condition[] {
  return [
    ...(before ? clockCondition(now, before) : []),
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

function spoolConditions({ bytes, limitBytes, oldestMs, limitAgeMs }: SpoolStatus): Condition[] {
  const found: Condition[] = [];
  const full = limitBytes > 0 ? bytes / limitBytes : 0;
  if (full > SPOOL_FULL.clear) {
    found.push({
      name: 'spool-near-full',
      message: `the spool is ${Math.round(full * 100)} % full: soon the oldest batches are dropped`,
      remedy: 'Look at what keeps the stream away (status), or give the spool more room.',
      onlyKeeps: full < SPOOL_FULL.raise,
      clearsAfterMs: SOON_MS,
    });
  }
  const old = limitAgeMs > 0 ? oldestMs / limitAgeMs : 0;
  if (old > SPOOL_OLD.clear) {
    const minutes = Math.round(oldestMs / 60_000);
    found.push({
      name: 'spool-old',
      message: `the oldest batch waits for ${minutes} minutes; after ${Math.round(limitAgeMs / 60_000)} it is dropped`,
      remedy: 'Look at what keeps the stream away (status).',
      onlyKeeps: old < SPOOL_OLD.raise,
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
