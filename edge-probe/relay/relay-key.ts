import { KEY_INFO } from '../../core/batch/keys.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { derivedKey } from '../ship/sealing.ts';

/** What a relay may know of a probe: a key that lets it in, and whose batches it may bring. */
export interface RelayKey {
  /** The pre-shared key of TLS, 32 bytes. */
  readonly key: Uint8Array;
  /** Further probes whose batches it brings: a relay's ids, or `*` for any. */
  readonly carries: ReadonlySet<string>;
}

/** Why a file is not a relay key. */
export type RelayKeyError = 'sensor-key' | 'not-a-relay-key' | 'bad-probe-id';

const PREFIX = 'relay:';
const KEY = /^[A-Za-z0-9_-]{43}$/;
const CARRIED = /^(?:\*|[a-z0-9-]{1,64})$/;

/** What lets a probe in at its relays. It says nothing of the sensor's key: who holds it can neither sign nor read batches. */
export function relayKeyOf(sensorKey: Uint8Array, probe: string): Uint8Array {
  return derivedKey(sensorKey, `${KEY_INFO.relay} ${probe}`);
}

/** The line that is installed at the relay as ID.key. */
export function relayKeyText(sensorKey: Uint8Array, probe: string): string {
  return `${PREFIX}${Buffer.from(relayKeyOf(sensorKey, probe)).toString('base64url')}\n`;
}

/** Reads such a file: the key, and on further lines the probes it carries; `#` begins a comment. */
export function parseRelayKey(text: string): Result<RelayKey, RelayKeyError> {
  const [first = '', ...carries] = text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
  if (KEY.test(first)) return fail('sensor-key');
  const value = first.slice(PREFIX.length);
  if (!first.startsWith(PREFIX) || !KEY.test(value)) return fail('not-a-relay-key');
  const wrong = carries.find((line) => !CARRIED.test(line));
  if (wrong !== undefined) return fail('bad-probe-id', wrong);
  return ok({ key: Buffer.from(value, 'base64url'), carries: new Set(carries) });
}
