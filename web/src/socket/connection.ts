import type {
  FrameMessage,
  ServerMessage,
  ViewMessage,
  ViewRequest,
} from '../../../core/frame/messages.ts';
import { parseServerMessage } from '../../../core/frame/parse.ts';
import { fail } from '../../../core/result.ts';
import { backoffMs } from './backoff.ts';

/** The part of WebSocket this needs. */
export interface SocketLike {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onclose: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
}

/** How the line to the server stands. */
export type LineState = 'connecting' | 'live' | 'reconnecting' | 'stopped';

/** What the connection needs and tells. */
export interface ConnectionPorts {
  readonly open: () => SocketLike;
  readonly after: (ms: number, run: () => void) => () => void;
  readonly random: () => number;
  readonly view: () => ViewRequest;
  /** The server took the view: at first, and after every reconnect. */
  readonly onView: (view: ViewMessage) => void;
  readonly onFrame: (frame: FrameMessage) => void;
  readonly onState: (state: LineState) => void;
  /** A message that could not be read, or one that the server refused. */
  readonly onProblem: (reason: string, detail: string) => void;
}

/** API Gateway cuts a line idle for 10 minutes: say the view again before that. */
const KEEP_ALIVE_MS = 5 * 60_000;

/** One WebSocket kept up: sends the view, hands out frames, comes back with full jitter. */
export class Connection {
  readonly #ports: ConnectionPorts;
  #socket: SocketLike | undefined;
  #open = false;
  #attempt = 0;
  #stopped = false;
  #cancel: () => void = () => {};

  constructor(ports: ConnectionPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#ports.onState('connecting');
    this.#connect();
  }

  /** Sends the view again, for instance with another audience; a line still opening sends it once open. */
  sendView(): void {
    if (this.#open) this.#socket?.send(JSON.stringify(this.#ports.view()));
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
    this.#socket?.close();
    this.#ports.onState('stopped');
  }

  #connect(): void {
    const socket = this.#ports.open();
    this.#socket = socket;
    socket.onopen = () => {
      this.#open = true;
      this.sendView();
      this.#keepAlive();
    };
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = () => this.#closed(socket);
  }

  #keepAlive(): void {
    this.#cancel = this.#ports.after(KEEP_ALIVE_MS, () => {
      this.sendView();
      this.#keepAlive();
    });
  }

  #closed(socket: SocketLike): void {
    if (this.#stopped || socket !== this.#socket) return;
    this.#cancel();
    this.#socket = undefined;
    this.#open = false;
    this.#ports.onState('reconnecting');
    const wait = backoffMs(this.#attempt, this.#ports.random);
    this.#attempt += 1;
    this.#cancel = this.#ports.after(wait, () => this.#connect());
  }

  #receive(data: unknown): void {
    const parsed = typeof data === 'string' ? parseServerMessage(data) : fail('not-text');
    if (parsed.ok) this.#handle(parsed.value);
    else this.#ports.onProblem(parsed.reason, parsed.detail ?? '');
  }

  #handle(message: ServerMessage): void {
    if (message.type === 'frame') {
      this.#ports.onFrame(message);
    } else if (message.type === 'error') {
      this.#ports.onProblem(message.code, message.message);
    } else {
      this.#attempt = 0;
      this.#ports.onState('live');
      this.#ports.onView(message);
    }
  }
}
