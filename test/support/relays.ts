import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Relay } from '../../edge-probe/relay/relay.ts';
import { relayKeyText } from '../../edge-probe/relay/relay-key.ts';
import { RELAY_LIMITS, type RelayLimits } from '../../edge-probe/relay/relay-server.ts';
import { PutError, type PutOutcome, type Sink } from '../../edge-probe/ship/sink.ts';
import { MemorySpool } from '../../edge-probe/spool/memory-spool.ts';

/** Keys are looked at and silence is noticed at once; the rest is as it is by default. */
export const QUICK: RelayLimits = { ...RELAY_LIMITS, tickMs: 50 };

/** A stream that can be away, and what it has stored. */
export class StandInStream implements Sink {
  readonly stored: Uint8Array[] = [];
  away = false;

  async put(records: readonly Uint8Array[]): Promise<readonly PutOutcome[]> {
    if (this.away) throw new PutError('the stream is away', false);
    this.stored.push(...records);
    return records.map(() => ({ ok: true }));
  }
}

/** Sensors' keys of a test: 32 bytes each, made of their ids. */
export function keyOf(probe: string): Uint8Array {
  return new Uint8Array(32).fill(probe.length).map((byte, i) => byte ^ (probe.charCodeAt(i) || 0));
}

/** A directory with the relay keys of probes; `carries` are further lines of each file. */
export class KeyFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'skirmish-relay-keys-'));

  constructor(...probes: readonly string[]) {
    for (const probe of probes) this.install(probe);
  }

  install(probe: string, carries = '', key = keyOf(probe)): void {
    const text = `${relayKeyText(key, probe)}${carries}\n`;
    writeFileSync(join(this.path, `${probe}.key`), text, { mode: 0o600 });
  }

  withdraw(probe: string): void {
    rmSync(join(this.path, `${probe}.key`));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A relay on loopback with a spool in memory. */
export async function startRelay(
  keys: KeyFolder,
  sink: Sink,
  more: { readonly limits?: Partial<RelayLimits>; readonly spoolBytes?: number } = {},
): Promise<{ readonly relay: Relay; readonly port: number; readonly notes: string[] }> {
  const notes: string[] = [];
  const relay = new Relay({
    keys: keys.path,
    sink,
    limits: { ...QUICK, ...more.limits },
    openSpool: (events) =>
      new MemorySpool({
        ...events,
        limitBytes: more.spoolBytes ?? 64 * 1024 * 1024,
        whenFull: 'wait',
        hollow: () => {
          throw new Error('a relay cannot make batches');
        },
        nowMs: () => performance.now(),
      }),
    note: (message) => notes.push(message),
    onTrouble: (message) => notes.push(message),
  });
  const port = await relay.start('127.0.0.1', 0, (error) => notes.push(String(error)));
  return { relay, port, notes };
}
