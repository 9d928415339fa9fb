import type { Duplex } from 'node:stream';
import { PutError, type PutOutcome } from '../ship/sink.ts';
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

export interface LinkOptions {
  /** How the relay is called in messages. */
  readonly name: string;
  /** Without a frame from the relay, ms. */
  readonly silenceMs: number;
  /** Before the probe says that it lives, ms. */
  readonly aliveMs: number;
  readonly nowMs: () => number;
}

/** Why a relay will not take more from this probe until somebody changes something. */
const PERMANENT: ReadonlySet<Goodbye> = new Set<Goodbye>([
  'bad-hello',
  'bad-version',
  'bad-frame',
  'oversized-frame',
  'window-exceeded',
]);

/** What helps a probe whose batches a relay does not take. */
const REMEDY: Partial<Record<Answer, string>> = {
  'bad-batch': 'it is of another version than their probe: update one of them',
  'not-its-batch':
    'at the relay, name their probe or * on a line below the key in the key file of who brings them',
  'not-carried': 'the relay behind that one does not take them: see what it says',
};

interface Put {
  readonly records: readonly Uint8Array[];
  readonly outcomes: PutOutcome[];
  /** Records on their way. */
  sent: number;
  readonly resolve: (outcomes: readonly PutOutcome[]) => void;
  readonly reject: (error: PutError) => void;
}

/** An authenticated connection to a relay, from the probe's side. */
export class RelayLink {
  readonly #socket: Duplex;
  readonly #options: LinkOptions;
  readonly #reader = new FrameReader((frame) => this.#onFrame(frame));
  #window: RelayWindow | undefined;
  #put: Put | undefined;
  #flyingBytes = 0;
  #heardMs: number;
  #saidMs: number;
  #failure: PutError | undefined;
  readonly #ticking: ReturnType<typeof setInterval>;

  constructor(socket: Duplex, options: LinkOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#heardMs = options.nowMs();
    this.#saidMs = this.#heardMs;
    socket.on('data', (chunk: Uint8Array) => this.#onData(chunk));
    socket.on('error', (error) => this.#fail(error.message, false));
    socket.on('close', () => this.#fail('the connection was closed', false));
    this.#ticking = setInterval(() => this.#tick(), Math.min(1_000, options.aliveMs));
    this.#ticking.unref();
    this.#write(encodeHello());
  }

  /** It can be used again. */
  get open(): boolean {
    return this.#failure === undefined;
  }

  /**
   * Sends records one after the other and resolves with what the relay said of each. Rejects when the connection ends
   * before it said anything; what it did not say is an outcome of its own otherwise.
   */
  put(records: readonly Uint8Array[]): Promise<readonly PutOutcome[]> {
    return new Promise((resolve, reject) => {
      if (this.#failure) {
        reject(this.#failure);
        return;
      }
      if (this.#put) throw new Error('one put after the other');
      if (records.length === 0) {
        resolve([]);
        return;
      }
      this.#heardMs = this.#options.nowMs();
      this.#put = { records, outcomes: [], sent: 0, resolve, reject };
      this.#send();
    });
  }

  close(reason = 'closed'): void {
    this.#fail(reason, false);
  }

  #send(): void {
    const put = this.#put;
    const window = this.#window;
    if (!put || !window || this.#failure) return;
    for (let next = put.records[put.sent]; next; next = put.records[put.sent]) {
      const flying = put.sent - put.outcomes.length;
      const fits = flying < window.batches && this.#flyingBytes + next.length <= window.bytes;
      if (flying > 0 && !fits) return;
      put.sent++;
      this.#flyingBytes += next.length;
      this.#write(encodeFrame(FRAME.batch, next));
    }
  }

  #onData(chunk: Uint8Array): void {
    this.#reader.push(chunk);
    if (this.#reader.error) this.#fail(`it sent a ${this.#reader.error}`, true);
  }

  #onFrame(frame: Frame): void {
    this.#heardMs = this.#options.nowMs();
    if (this.#failure) return;
    if (frame.type === FRAME.goodbye) {
      this.#onGoodbye(frame.body);
      return;
    }
    if (!this.#window) {
      this.#onHello(frame);
      return;
    }
    if (frame.type === FRAME.answers) {
      this.#onAnswers(frame.body);
      return;
    }
    if (frame.type !== FRAME.alive) this.#fail(`it sent a frame of type ${frame.type}`, true);
  }

  #onHello(frame: Frame): void {
    const hello = decodeHello(frame);
    if (!hello.ok) {
      this.#fail(`it is no relay of this version (${hello.reason})`, true);
      return;
    }
    this.#window = hello.value;
    this.#send();
  }

  #onAnswers(body: Uint8Array): void {
    for (const index of body) {
      const put = this.#put;
      const answer = ANSWERS[index];
      const record = put?.records[put.outcomes.length];
      if (!put || !record || put.outcomes.length >= put.sent || !answer) {
        this.#fail('it answered what was not asked', true);
        return;
      }
      this.#flyingBytes -= record.length;
      put.outcomes.push(outcomeOf(answer));
      if (put.outcomes.length === put.records.length) {
        this.#put = undefined;
        put.resolve(put.outcomes);
      }
    }
    this.#send();
  }

  #onGoodbye(body: Uint8Array): void {
    const reason = GOODBYES[body[0] ?? GOODBYES.length];
    if (reason) this.#fail(`it said goodbye: ${reason}`, PERMANENT.has(reason));
    else this.#fail('it said goodbye', false);
  }

  #tick(): void {
    const now = this.#options.nowMs();
    const waits = this.#put !== undefined || !this.#window;
    if (waits && now - this.#heardMs > this.#options.silenceMs) this.#fail('it is silent', false);
    if (now - this.#saidMs > this.#options.aliveMs) this.#write(encodeFrame(FRAME.alive));
  }

  #write(frame: Uint8Array): void {
    if (this.#failure) return;
    this.#saidMs = this.#options.nowMs();
    this.#socket.write(frame);
  }

  #fail(what: string, permanent: boolean): void {
    if (this.#failure) return;
    const code = `relay ${this.#options.name}: ${what}`;
    this.#failure = new PutError(code, permanent);
    clearInterval(this.#ticking);
    this.#socket.destroy();
    const put = this.#put;
    this.#put = undefined;
    if (!put) return;
    if (put.outcomes.length === 0) {
      put.reject(this.#failure);
      return;
    }
    const unsaid = put.records.slice(put.outcomes.length);
    put.resolve([...put.outcomes, ...unsaid.map(() => ({ ok: false, code }) as const)]);
  }
}

function outcomeOf(answer: Answer): PutOutcome {
  if (answer === 'accepted') return { ok: true };
  const remedy = REMEDY[answer];
  return { ok: false, code: answer, ...(remedy === undefined ? {} : { remedy }) };
}
