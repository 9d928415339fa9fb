import { createDecipheriv } from 'node:crypto';
import { brotliDecompressSync } from 'node:zlib';
import type { BatchEvents, BatchHeader } from '../../core/batch/batch.ts';
import { decodeEvents } from '../../core/batch/codec.ts';
import {
  COMPRESSION,
  type Envelope,
  openEnvelope,
  type Unsealing,
  unsealPayload,
} from '../../core/batch/envelope.ts';
import { KEY_INFO } from '../../core/batch/keys.ts';
import { batchSealing, derivedKey } from '../../edge-probe/ship/sealing.ts';

/** How batches sealed with a key are opened. */
export function unsealingOf(key: Uint8Array): Unsealing {
  const encryption = derivedKey(key, KEY_INFO.encryption);
  return {
    decrypt: (bytes, iv) => createDecipheriv('aes-256-ctr', encryption, iv).update(bytes),
    sign: batchSealing(key).sign,
    same: (a, b) => Buffer.compare(a, b) === 0,
  };
}

/** A sealed batch unsealed with its sensor's key and decoded; throws with the reason when it is none. */
export function openSealed(
  bytes: Uint8Array,
  key: Uint8Array,
): Envelope & { readonly header: BatchHeader; readonly events: BatchEvents } {
  const opened = openEnvelope(bytes);
  if (!opened.ok) throw new Error(opened.reason);
  const payload = unsealPayload(opened.value, unsealingOf(key));
  if (!payload.ok) throw new Error(payload.reason);
  const compressed = opened.value.compression === COMPRESSION.brotli;
  const events = decodeEvents(compressed ? brotliDecompressSync(payload.value) : payload.value);
  if (!events.ok) throw new Error(events.reason);
  return { ...opened.value, events: events.value };
}
