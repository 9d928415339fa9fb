import { LIMITS } from '../../core/limits.ts';
import { fail, ok, type Result } from '../../core/result.ts';

/** Version of the protocol between a probe and its relay; either end refuses any other. */
export const RELAY_VERSION = 1;

/** What a frame is. */
export const FRAME = {
  /** The first one of either end. From the relay it also tells how much may wait for its answer. */
  hello: 1,
  /** A sealed batch, from the probe. */
  batch: 2,
  /** One ANSWERS index for each batch, in the order the batches came in, from the relay. */
  answers: 3,
  /** Nothing to say. */
  alive: 4,
  /** The relay closes the connection: a GOODBYES index. */
  goodbye: 5,
} as const;

/** What a relay says of a batch. `accepted` is said once the batch is on the relay's disk. */
export const ANSWERS = [
  'accepted',
  'bad-batch',
  'not-its-batch',
  'not-stored',
  /** The relay behind refuses its probe, and what waits for that fills half of the spool. */
  'not-carried',
] as const;
export type Answer = (typeof ANSWERS)[number];

/** Why a relay closes a connection. */
export const GOODBYES = [
  'bad-hello',
  'bad-version',
  'bad-frame',
  'oversized-frame',
  'window-exceeded',
  'silent',
  'key-withdrawn',
  'too-many-of-probe',
  'stopping',
] as const;
export type Goodbye = (typeof GOODBYES)[number];

/** Why bytes are not frames. */
export type FrameError = 'bad-frame' | 'oversized-frame';

/** Bytes and batches of one connection that may wait for their answers. */
export interface RelayWindow {
  readonly batches: number;
  readonly bytes: number;
}

export interface Frame {
  readonly type: number;
  readonly body: Uint8Array;
}

/** Bytes of a frame's length, and of its type. */
const LENGTH_BYTES = 4;
const MAX_FRAME_BYTES = LIMITS.batchBytes + 1;
const MAGIC = [0x53, 0x4b, 0x52, 0x4c];

/** length u32 big-endian (of what follows) · type u8 · body */
export function encodeFrame(type: number, body: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = new Uint8Array(LENGTH_BYTES + 1 + body.length);
  new DataView(bytes.buffer).setUint32(0, 1 + body.length);
  bytes[LENGTH_BYTES] = type;
  bytes.set(body, LENGTH_BYTES + 1);
  return bytes;
}

/** 'SKRL' · version u8 · from the relay also: batches u16 · bytes u32, both big-endian. */
export function encodeHello(window?: RelayWindow): Uint8Array {
  const body = new Uint8Array(window ? 11 : 5);
  body.set([...MAGIC, RELAY_VERSION]);
  if (window) {
    const view = new DataView(body.buffer);
    view.setUint16(5, window.batches);
    view.setUint32(7, window.bytes);
  }
  return encodeFrame(FRAME.hello, body);
}

/** A hello's window; one that is not told is 0. */
export function decodeHello(frame: Frame): Result<RelayWindow, 'bad-hello' | 'bad-version'> {
  const { type, body } = frame;
  if (type !== FRAME.hello || MAGIC.some((byte, i) => body[i] !== byte)) return fail('bad-hello');
  if (body[4] !== RELAY_VERSION) return fail('bad-version', `version ${body[4] ?? 'none'}`);
  if (body.length === 5) return ok({ batches: 0, bytes: 0 });
  if (body.length !== 11) return fail('bad-hello');
  const view = new DataView(body.buffer, body.byteOffset);
  return ok({ batches: view.getUint16(5), bytes: view.getUint32(7) });
}

/** Cuts a stream of bytes into frames, whatever pieces it comes in. The first error sticks. */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void;
  readonly #length = new Uint8Array(LENGTH_BYTES);
  #lengthRead = 0;
  #frame: Uint8Array | undefined;
  #frameRead = 0;
  #error: FrameError | undefined;

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
  }

  get error(): FrameError | undefined {
    return this.#error;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && this.#error === undefined) {
      at += this.#frame ? this.#readFrame(chunk, at, this.#frame) : this.#readLength(chunk, at);
    }
  }

  #readLength(chunk: Uint8Array, at: number): number {
    const part = chunk.subarray(at, at + LENGTH_BYTES - this.#lengthRead);
    this.#length.set(part, this.#lengthRead);
    this.#lengthRead += part.length;
    if (this.#lengthRead === LENGTH_BYTES) {
      const length = new DataView(this.#length.buffer).getUint32(0);
      if (length === 0) this.#error = 'bad-frame';
      else if (length > MAX_FRAME_BYTES) this.#error = 'oversized-frame';
      else this.#frame = new Uint8Array(length);
      this.#lengthRead = 0;
      this.#frameRead = 0;
    }
    return part.length;
  }

  #readFrame(chunk: Uint8Array, at: number, frame: Uint8Array): number {
    const part = chunk.subarray(at, at + frame.length - this.#frameRead);
    frame.set(part, this.#frameRead);
    this.#frameRead += part.length;
    if (this.#frameRead === frame.length) {
      this.#frame = undefined;
      this.#onFrame({ type: frame[0] as number, body: frame.subarray(1) });
    }
    return part.length;
  }
}
