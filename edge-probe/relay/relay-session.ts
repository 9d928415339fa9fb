import type { Duplex } from 'node:stream';
import { openEnvelope } from '../../core/batch/envelope.ts';
import type { RelayCounters } from './counters.ts';
import {
  ANSWERS,
  type Answer,
  decodeHello,
  encodeFrame,
  encodeHello,
  FRAME,
  type Frame,
  FrameReader,
  GOODBYES,
  type Goodbye,
  type RelayWindow,
} from './frames.ts';
import type { Intake } from './intake.ts';
import type { RelayKey } from './relay-key.ts';

/** How long a connection may take for what, ms. */
export interface SessionTimes {
  /** Without a whole frame, while the relay reads. */
  readonly silenceMs: number;
  /** Before the relay says that it lives. */
  readonly aliveMs: number;
  /** From a goodbye to the end. */
  readonly lingerMs: number;
}

export interface SessionOptions {
  readonly probe: string;
  readonly key: RelayKey;
  readonly intake: Intake;
  readonly counters: RelayCounters;
  readonly window: RelayWindow;
  readonly times: SessionTimes;
  readonly nowMs: () => number;
}

/** Unread answers of a peer that does not read. */
const MAX_UNREAD_BYTES = 64 * 1024;

interface Pending {
  readonly bytes: number;
  answer: Answer | undefined;
}

/** One probe's connection at the relay, from its authentication to its end. */
export class RelaySession {
  readonly #socket: Duplex;
  readonly #options: SessionOptions;
  readonly #reader = new FrameReader((frame) => this.#onFrame(frame));
  #greeted = false;
  #pending: Pending[] = [];
  #pendingBytes = 0;
  #waiting = false;
  #stopping = false;
  #heardMs: number;
  #saidMs: number;
  #closedMs = Number.POSITIVE_INFINITY;

  constructor(socket: Duplex, options: SessionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#heardMs = options.nowMs();
    this.#saidMs = this.#heardMs;
    socket.on('data', (chunk: Uint8Array) => this.#onData(chunk));
    // Whatever breaks a connection, its probe comes again with what was not answered.
    socket.on('error', () => socket.destroy());
  }

  get probe(): string {
    return this.#options.probe;
  }

  get key(): RelayKey {
    return this.#options.key;
  }

  /** Says why, and ends. */
  goodbye(reason: Goodbye): void {
    if (this.#closedMs < Number.POSITIVE_INFINITY) return;
    if (reason !== 'stopping') this.#options.counters.refuse(reason);
    this.#write(encodeFrame(FRAME.goodbye, Uint8Array.of(GOODBYES.indexOf(reason))));
    this.#closedMs = this.#options.nowMs();
    this.#socket.end();
  }

  /** Takes nothing more, answers what it has, and ends. */
  stop(): void {
    this.#stopping = true;
    this.#socket.pause();
    if (this.#pending.length === 0) this.goodbye('stopping');
  }

  /** Time passes. */
  tick(): void {
    const { times, counters, nowMs } = this.#options;
    const now = nowMs();
    if (this.#socket.writableLength > MAX_UNREAD_BYTES) {
      counters.refuse('not-reading');
      this.#socket.destroy();
    }
    if (now - this.#closedMs > times.lingerMs) this.#socket.destroy();
    if (!this.#waiting && !this.#stopping && now - this.#heardMs > times.silenceMs) {
      this.goodbye('silent');
    }
    if (now - this.#saidMs > times.aliveMs) this.#write(encodeFrame(FRAME.alive));
  }

  #onData(chunk: Uint8Array): void {
    if (this.#closedMs < Number.POSITIVE_INFINITY) return;
    this.#reader.push(chunk);
    if (this.#reader.error) {
      this.goodbye(this.#reader.error);
      return;
    }
    if (this.#options.intake.full && !this.#waiting) void this.#untilRoom();
  }

  /** Nothing more is read while the spool is full: the probe keeps what it has. */
  async #untilRoom(): Promise<void> {
    this.#waiting = true;
    this.#socket.pause();
    while (this.#options.intake.full && !this.#socket.destroyed) await this.#options.intake.room();
    this.#waiting = false;
    this.#heardMs = this.#options.nowMs();
    if (!this.#stopping) this.#socket.resume();
  }

  #onFrame(frame: Frame): void {
    if (this.#closedMs < Number.POSITIVE_INFINITY) return;
    this.#heardMs = this.#options.nowMs();
    if (!this.#greeted) {
      this.#onHello(frame);
      return;
    }
    if (frame.type === FRAME.batch) this.#onBatch(frame.body);
    else if (frame.type !== FRAME.alive || frame.body.length > 0) this.goodbye('bad-frame');
  }

  #onHello(frame: Frame): void {
    const hello = decodeHello(frame);
    if (!hello.ok) {
      this.goodbye(hello.reason);
      return;
    }
    this.#greeted = true;
    this.#write(encodeHello(this.#options.window));
  }

  #onBatch(bytes: Uint8Array): void {
    const { window, intake } = this.#options;
    const pending: Pending = { bytes: bytes.length, answer: undefined };
    this.#pending.push(pending);
    this.#pendingBytes += bytes.length;
    if (this.#pending.length > window.batches || this.#pendingBytes > window.bytes) {
      this.goodbye('window-exceeded');
      return;
    }
    const opened = openEnvelope(bytes);
    if (!opened.ok) {
      this.#answer(pending, 'bad-batch');
      return;
    }
    const { probe, boot, sequence } = opened.value.header;
    if (!this.#carries(probe)) {
      this.#answer(pending, 'not-its-batch');
      return;
    }
    // How many events it holds only its probe and the stream's consumers know.
    void intake
      .add({ probe, boot, sequence, events: 0, bytes })
      .then((answer) => this.#answer(pending, answer));
  }

  #carries(probe: string): boolean {
    const { carries } = this.#options.key;
    return probe === this.probe || carries.has(probe) || carries.has('*');
  }

  /** Answers go out in the order the batches came in. */
  #answer(pending: Pending, answer: Answer): void {
    pending.answer = answer;
    if (answer !== 'accepted') this.#options.counters.refuse(answer);
    const open = this.#pending.findIndex((each) => each.answer === undefined);
    const answered = this.#pending.splice(0, open < 0 ? this.#pending.length : open);
    if (answered.length === 0) return;
    for (const { bytes } of answered) this.#pendingBytes -= bytes;
    const body = answered.map((each) => ANSWERS.indexOf(each.answer as Answer));
    this.#write(encodeFrame(FRAME.answers, Uint8Array.from(body)));
    if (this.#stopping && this.#pending.length === 0) this.goodbye('stopping');
  }

  #write(frame: Uint8Array): void {
    if (this.#closedMs < Number.POSITIVE_INFINITY || this.#socket.destroyed) return;
    this.#saidMs = this.#options.nowMs();
    this.#socket.write(frame);
  }
}
