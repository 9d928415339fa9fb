import { createHmac, timingSafeEqual } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import type { BatchEvents, BatchHeader } from '../../core/batch/batch.ts';
import { decodeEvents, type EventsError } from '../../core/batch/codec.ts';
import {
  COMPRESSION,
  type Envelope,
  type EnvelopeError,
  openEnvelope,
} from '../../core/batch/envelope.ts';
import { LIMITS } from '../../core/limits.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Registry, Sensor, SensorError } from './sensor.ts';

/** Why a record is refused as it stands. */
export type BatchError =
  | EnvelopeError
  | SensorError
  | 'revoked-probe'
  | 'bad-signature'
  | 'bad-deflate'
  | 'bomb'
  | `events-${EventsError}`;

/** A batch whose signature is its sensor's. */
export interface SignedBatch {
  readonly header: BatchHeader;
  readonly sensor: Sensor;
  /** The events, inflated and decoded now. */
  events(): Result<BatchEvents, BatchError>;
}

/** Checks who made a record. Nothing is inflated before that is known. Throws when the registry cannot be read. */
export async function openBatch(
  bytes: Uint8Array,
  registry: Registry,
): Promise<Result<SignedBatch, BatchError>> {
  const opened = openEnvelope(bytes);
  if (!opened.ok) return opened;
  const envelope = opened.value;
  const { header } = envelope;
  const found = await registry.sensor(header.probe);
  if (!found.ok) return found;
  const sensor = found.value;
  if (sensor.revoked) return fail('revoked-probe', header.probe);
  const signature = createHmac('sha256', sensor.key).update(envelope.signed).digest();
  if (!timingSafeEqual(signature, envelope.signature)) return fail('bad-signature', header.probe);
  return ok({ header, sensor, events: () => eventsOf(envelope) });
}

function eventsOf(envelope: Envelope): Result<BatchEvents, BatchError> {
  const inflated = inflate(envelope);
  if (!inflated.ok) return inflated;
  const events = decodeEvents(inflated.value);
  return events.ok ? events : fail(`events-${events.reason}`, events.detail);
}

function inflate(envelope: Envelope): Result<Uint8Array, 'bad-deflate' | 'bomb'> {
  if (envelope.compression === COMPRESSION.none) return ok(envelope.payload);
  try {
    return ok(inflateRawSync(envelope.payload, { maxOutputLength: LIMITS.batchInflatedBytes }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // What zlib says when maxOutputLength is passed.
    if (code === 'ERR_BUFFER_TOO_LARGE') return fail('bomb', message);
    return fail('bad-deflate', message);
  }
}
