import { inflateRawSync } from 'node:zlib';
import type { BatchEvents, BatchHeader } from '../../core/batch/batch.ts';
import { decodeEvents } from '../../core/batch/codec.ts';
import { COMPRESSION, type Envelope, openEnvelope } from '../../core/batch/envelope.ts';

/** A sealed batch opened and decoded; throws with the reason when it is none. */
export function openSealed(
  bytes: Uint8Array,
): Envelope & { readonly header: BatchHeader; readonly events: BatchEvents } {
  const opened = openEnvelope(bytes);
  if (!opened.ok) throw new Error(opened.reason);
  const { compression, payload } = opened.value;
  const events = decodeEvents(compression === COMPRESSION.none ? payload : inflateRawSync(payload));
  if (!events.ok) throw new Error(events.reason);
  return { ...opened.value, events: events.value };
}
