import { createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { brotliDecompressSync } from 'node:zlib';
import type { BatchEvents, BatchHeader } from '../../core/batch/batch.ts';
import { decodeEvents, type EventsError } from '../../core/batch/codec.ts';
import {
  COMPRESSION,
  type Envelope,
  type EnvelopeError,
  openEnvelope,
  type Unsealing,
  unsealPayload,
} from '../../core/batch/envelope.ts';
import { KEY_INFO } from '../../core/batch/keys.ts';
import { LIMITS } from '../../core/limits.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Registry, Sensor, SensorError } from './sensor.ts';

/** Why a record is refused as it stands. */
export type BatchError =
  | EnvelopeError
  | SensorError
  | 'revoked-probe'
  | 'bad-signature'
  | 'bad-compression'
  | 'bomb'
  | `events-${EventsError}`;

/** A batch whose signature is its sensor's. */
export interface SignedBatch {
  readonly header: BatchHeader;
  readonly sensor: Sensor;
  /** The events, inflated and decoded now. */
  events(): Result<BatchEvents, BatchError>;
}

/** Decrypts a record and checks who made it. Nothing is inflated before that is known. Throws when the registry cannot be read. */
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
  const payload = unsealPayload(envelope, unsealing(sensor));
  if (!payload.ok) return fail(payload.reason, header.probe);
  return ok({ header, sensor, events: () => eventsOf(envelope.compression, payload.value) });
}

const UNSEALING = new WeakMap<Sensor, Unsealing>();

/** How a sensor's batches are decrypted and checked; its keys are derived once. */
function unsealing(sensor: Sensor): Unsealing {
  const known = UNSEALING.get(sensor);
  if (known) return known;
  const key = (info: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', sensor.key, '', info, 32));
  const signing = key(KEY_INFO.signing);
  const encryption = key(KEY_INFO.encryption);
  const made: Unsealing = {
    decrypt: (bytes, iv) => createDecipheriv('aes-256-ctr', encryption, iv).update(bytes),
    sign: (header, payload) =>
      createHmac('sha256', signing).update(header).update(payload).digest(),
    same: timingSafeEqual,
  };
  UNSEALING.set(sensor, made);
  return made;
}

function eventsOf(
  compression: Envelope['compression'],
  payload: Uint8Array,
): Result<BatchEvents, BatchError> {
  const inflated = compression === COMPRESSION.none ? ok(payload) : inflate(payload);
  if (!inflated.ok) return inflated;
  const events = decodeEvents(inflated.value);
  return events.ok ? events : fail(`events-${events.reason}`, events.detail);
}

function inflate(payload: Uint8Array): Result<Uint8Array, 'bad-compression' | 'bomb'> {
  try {
    return ok(brotliDecompressSync(payload, { maxOutputLength: LIMITS.batchInflatedBytes }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // What zlib says when maxOutputLength is passed.
    if (code === 'ERR_BUFFER_TOO_LARGE') return fail('bomb', message);
    return fail('bad-compression', message);
  }
}
