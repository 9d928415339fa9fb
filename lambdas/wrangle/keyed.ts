import { createHmac, hkdfSync } from 'node:crypto';
import type { Keyed } from '../../core/redact/policy.ts';

/** Purposes whose keys are kept; those of days pass. */
const MAX_KEYS = 256;
const KEY_BYTES = 32;

/**
 * HMAC-SHA-256 under a key of each purpose, which HKDF derives from the secret: what is made for one purpose, such as
 * the pseudonyms of a day, says nothing about another's.
 */
export function keyedBy(secret: Uint8Array): Keyed {
  const keys = new Map<string, Uint8Array>();
  return (purpose, bytes) => {
    const known = keys.get(purpose);
    const key = known ?? derived(secret, purpose);
    if (known === undefined) {
      if (keys.size >= MAX_KEYS) keys.clear();
      keys.set(purpose, key);
    }
    return createHmac('sha256', key).update(bytes).digest();
  };
}

function derived(secret: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, SALT, purpose, KEY_BYTES));
}

const SALT = 'skirmish public rendering';
