import { setTimeout as delay } from 'node:timers/promises';

/** Waits, or until the signal aborts, whichever comes first; never rejects. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    if ((error as { name?: string }).name !== 'AbortError') throw error;
  }
}
