import { Reader } from '../bytes/reader.ts';
import { Writer } from '../bytes/writer.ts';
import type { Provenance } from '../event/kinds.ts';
import { LIMITS } from '../limits.ts';
import { fail, ok, type Result } from '../result.ts';
import type { BatchEvents, BatchHeader } from './batch.ts';
import { encodeEvents } from './codec.ts';

/** How a payload is compressed: not at all where that is shorter. */
export const COMPRESSION = { none: 0, brotli: 1 } as const;

/** Bytes of the HMAC-SHA256 that ends a sealed batch. */
const SIGNATURE_BYTES = 32;

/** Bytes of the signature that are AES-256-CTR's first counter block. */
const IV_BYTES = 16;

/** Version of the envelope's layout; a reader refuses any other. */
const ENVELOPE_VERSION = 2;

const MAGIC = [0x53, 0x4b, 0x42];
const PROBE = /^[a-z0-9-]{1,64}$/;
const BOOT = /^[0-9a-f]{16}$/;
const MAX_SAMPLING = 2 ** 32 - 1;

/** What sealing needs from outside: compression, and keys derived from the sensor's (KEY_INFO). */
export interface Sealing {
  /** Brotli (RFC 7932). */
  readonly compress: (bytes: Uint8Array) => Uint8Array;
  /** HMAC-SHA256 with the signing key over both parts, one after the other: 32 bytes. */
  readonly sign: (header: Uint8Array, payload: Uint8Array) => Uint8Array;
  /** AES-256-CTR with the encryption key, from a first counter block of 16 bytes. */
  readonly encrypt: (bytes: Uint8Array, iv: Uint8Array) => Uint8Array;
}

/** What unsealing needs from outside, with the keys that sealed. */
export interface Unsealing {
  readonly decrypt: (bytes: Uint8Array, iv: Uint8Array) => Uint8Array;
  readonly sign: Sealing['sign'];
  /** Compares in a time that does not depend on where the first difference is. */
  readonly same: (a: Uint8Array, b: Uint8Array) => boolean;
}

/** A sealed batch taken apart; nothing in it is to be believed before it was unsealed. */
export interface Envelope {
  readonly header: BatchHeader;
  readonly compression: 0 | 1;
  /** The header's bytes, which the signature covers. */
  readonly head: Uint8Array;
  /** The compressed events, encrypted. */
  readonly payload: Uint8Array;
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
 * Sealed bytes of a batch: the same for the same header, events and key. Throws when the header itself is malformed,
 * which is a mistake of the caller.
 *
 *   'SKB' · version u8 · flags u8 (bit 0 compression, bits 1-2 provenance, bit 3 sampled, others 0)
 *   probe (varint length, ASCII) · boot 8 bytes · sequence varint · createdAt varint (whole ms) · sampling varint if sampled
 *   payload: compressed events, encrypted with AES-256-CTR from the signature's first 16 bytes
 *   signature: HMAC-SHA256 over all before the payload and the compressed events, 32 bytes
 *
 * The signature stands in for a nonce (SIV, RFC 5297 §1): equal ones mean equal batches, so no counter block is used
 * for two.
 */
export function sealBatch(header: BatchHeader, events: BatchEvents, sealing: Sealing): Uint8Array {
  const problem = headerProblem(header);
  if (problem !== undefined) throw new RangeError(`a batch cannot have ${problem}`);
  const bytes = encodeEvents(events);
  const compressed = sealing.compress(bytes);
  const isShorter = compressed.length < bytes.length;
  const payload = isShorter ? compressed : bytes;
  const writer = new Writer(payload.length + 256);
  writeHeader(writer, header, isShorter ? COMPRESSION.brotli : COMPRESSION.none);
  const signature = sealing.sign(writer.finish(), payload);
  writer.bytes(sealing.encrypt(payload, signature.subarray(0, IV_BYTES)));
  writer.bytes(signature);
  return writer.finish();
}

/** Takes a sealed batch apart without a key; never throws. */
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
  const flags = reader.u8();
  const header = readHeader(reader, flags);
  const head = bytes.subarray(0, reader.position);
  const payload = reader.bytes(Math.max(0, reader.left - SIGNATURE_BYTES));
  const signature = reader.bytes(SIGNATURE_BYTES);
  if (reader.failure === 'truncated') return fail('truncated');
  if (reader.failure !== undefined) return fail('bad-header', `byte ${reader.position}`);
  if (flags > 0b1111) return fail('bad-header', `flags ${flags}`);
  const problem = headerProblem(header);
  if (problem !== undefined) return fail('bad-header', problem);
  return ok({ header, compression: (flags & 1) as 0 | 1, head, payload, signature });
}

/** The compressed events of an envelope, when its signature is that of these keys. */
export function unsealPayload(
  envelope: Envelope,
  unsealing: Unsealing,
): Result<Uint8Array, 'bad-signature'> {
  const { head, payload, signature } = envelope;
  const plain = unsealing.decrypt(payload, signature.subarray(0, IV_BYTES));
  return unsealing.same(unsealing.sign(head, plain), signature) ? ok(plain) : fail('bad-signature');
}

function writeHeader(writer: Writer, header: BatchHeader, compression: 0 | 1): void {
  const sampled = header.sampling > 1;
  for (const byte of MAGIC) writer.u8(byte);
  writer.u8(ENVELOPE_VERSION);
  writer.u8(compression | (header.provenance << 1) | (sampled ? 0b1000 : 0));
  writer.text(header.probe);
  for (let i = 0; i < 16; i += 2) writer.u8(Number.parseInt(header.boot.slice(i, i + 2), 16));
  writer.varint(header.sequence);
  writer.varint(Math.round(header.createdAt));
  if (sampled) writer.varint(header.sampling);
}

function readHeader(reader: Reader, flags: number): BatchHeader {
  const probe = reader.text(64);
  const boot = Array.from(reader.bytes(8), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const sequence = reader.varint();
  const createdAt = reader.varint();
  const provenance = ((flags >> 1) & 0b11) as Provenance;
  const sampling = (flags & 0b1000) === 0 ? 1 : reader.varint();
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
