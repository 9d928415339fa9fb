import { Reader } from '../bytes/reader.ts';
import { Writer } from '../bytes/writer.ts';
import type { Provenance } from '../event/kinds.ts';
import { LIMITS } from '../limits.ts';
import { fail, ok, type Result } from '../result.ts';
import type { BatchEvents, BatchHeader } from './batch.ts';
import { encodeEvents } from './codec.ts';

/** How a payload is compressed. */
export const COMPRESSION = { none: 0, deflateRaw: 1 } as const;

/** Bytes of the HMAC-SHA256 that ends a sealed batch. */
const SIGNATURE_BYTES = 32;

/** Version of the envelope's layout; a reader refuses any other. */
const ENVELOPE_VERSION = 1;

const MAGIC = [0x53, 0x4b, 0x42];
const PROBE = /^[a-z0-9-]{1,64}$/;
const BOOT = /^[0-9a-f]{16}$/;
const MAX_SAMPLING = 2 ** 32 - 1;

/** What sealing needs from outside: compression and a key. */
export interface Sealing {
  readonly compression: 0 | 1;
  readonly compress: (bytes: Uint8Array) => Uint8Array;
  /** HMAC-SHA256 with the sensor's key: 32 bytes. */
  readonly sign: (bytes: Uint8Array) => Uint8Array;
}

/** A sealed batch taken apart; nothing in it is to be believed before the signature was checked. */
export interface Envelope {
  readonly header: BatchHeader;
  readonly compression: 0 | 1;
  readonly payload: Uint8Array;
  /** The bytes the signature covers. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/** Why bytes are not a sealed batch. */
export type EnvelopeError =
  | 'not-a-batch'
  | 'bad-version'
  | 'truncated'
  | 'too-large'
  | 'bad-header';

/**
 * Sealed bytes of a batch. Throws when the header itself is malformed, which is a mistake of the caller.
 *
 *   'SKB' · version u8 · compression u8
 *   probe (varint length, ASCII) · boot 8 bytes · sequence varint · createdAt varint (whole ms) · provenance u8 · sampling varint
 *   payload (varint length, bytes) · HMAC-SHA256 over all before it, 32 bytes
 */
export function sealBatch(header: BatchHeader, events: BatchEvents, sealing: Sealing): Uint8Array {
  const problem = headerProblem(header);
  if (problem !== undefined) throw new RangeError(`a batch cannot have ${problem}`);
  const payload = sealing.compress(encodeEvents(events));
  const writer = new Writer(payload.length + 256);
  for (const byte of MAGIC) writer.u8(byte);
  writer.u8(ENVELOPE_VERSION);
  writer.u8(sealing.compression);
  writeHeader(writer, header);
  writer.varint(payload.length);
  writer.bytes(payload);
  writer.bytes(sealing.sign(writer.finish()));
  return writer.finish();
}

/** Takes a sealed batch apart without checking its signature or looking into its payload; never throws. */
export function openEnvelope(bytes: Uint8Array): Result<Envelope, EnvelopeError> {
  if (bytes.length > LIMITS.batchBytes) return fail('too-large', `${bytes.length} bytes`);
  const reader = new Reader(bytes);
  for (const byte of MAGIC) {
    const found = reader.u8();
    if (reader.failure === undefined && found !== byte) return fail('not-a-batch');
  }
  const version = reader.u8();
  if (reader.failure === undefined && version !== ENVELOPE_VERSION) {
    return fail('bad-version', `version ${version}`);
  }
  const compression = reader.u8();
  const header = readHeader(reader);
  const payload = reader.bytes(reader.varint());
  const signed = bytes.subarray(0, reader.position);
  const signature = reader.bytes(SIGNATURE_BYTES);
  if (reader.failure === 'truncated') return fail('truncated');
  if (reader.failure !== undefined) return fail('bad-header', `byte ${reader.position}`);
  if (reader.left > 0) return fail('bad-header', 'bytes after the signature');
  const problem = headerProblem(header);
  if (problem !== undefined) return fail('bad-header', problem);
  if (compression !== COMPRESSION.none && compression !== COMPRESSION.deflateRaw) {
    return fail('bad-header', `compression ${compression}`);
  }
  return ok({ header, compression, payload, signed, signature });
}

function writeHeader(writer: Writer, header: BatchHeader): void {
  writer.text(header.probe);
  for (let i = 0; i < 16; i += 2) writer.u8(Number.parseInt(header.boot.slice(i, i + 2), 16));
  writer.varint(header.sequence);
  writer.varint(Math.round(header.createdAt));
  writer.u8(header.provenance);
  writer.varint(header.sampling);
}

function readHeader(reader: Reader): BatchHeader {
  const probe = reader.text(64);
  const boot = Array.from(reader.bytes(8), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const sequence = reader.varint();
  const createdAt = reader.varint();
  const provenance = reader.u8() as Provenance;
  const sampling = reader.varint();
  return { probe, boot, sequence, createdAt, provenance, sampling };
}

function headerProblem(header: BatchHeader): string | undefined {
  if (!PROBE.test(header.probe)) return 'a probe id that is not [a-z0-9-]{1,64}';
  if (!BOOT.test(header.boot)) return 'a boot that is not 16 hex digits';
  if (!(Number.isSafeInteger(header.sequence) && header.sequence >= 1)) return 'a sequence below 1';
  if (!(header.createdAt >= 0 && header.createdAt <= 2 ** 52)) return 'a time out of range';
  if (![0, 1, 2].includes(header.provenance)) return 'an unknown provenance';
  const { sampling } = header;
  const whole = Number.isInteger(sampling) && sampling >= 1 && sampling <= MAX_SAMPLING;
  return whole ? undefined : 'a sampling that is not 1:n';
}
