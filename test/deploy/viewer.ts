import { inflateRawSync } from 'node:zlib';
import { WebSocket } from 'ws';
import { type EventRow, readRow } from '../../core/event/row.ts';
import type { Audience } from '../../core/event/table.ts';
import type { SegmentPart, ServerMessage, ViewMessage } from '../../core/frame/messages.ts';
import { decodeRendering } from '../../core/segment/rendering.ts';

const PATIENCE_MS = 60_000;

/** Rows of a segment's rendering as it travelled. */
export function rowsOfPart(part: SegmentPart): readonly EventRow[] {
  const rendering = decodeRendering(inflateRawSync(Buffer.from(part.body, 'base64')));
  if (!rendering.ok)
    throw new Error(`a part of ${part.shard} does not decode: ${rendering.reason}`);
  const { table } = rendering.value;
  return Array.from({ length: table.length }, (_, i) => readRow(table, i));
}

/** A viewer on a WebSocket: keeps what it was sent. */
export class Viewer {
  readonly messages: ServerMessage[] = [];
  readonly #socket: WebSocket;
  #wake: () => void = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      this.messages.push(JSON.parse(String(data)) as ServerMessage);
      this.#wake();
    });
  }

  /** Connects and waits until the connection is open. */
  static async connect(url: string): Promise<Viewer> {
    const socket = new WebSocket(url);
    const viewer = new Viewer(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return viewer;
  }

  /** Asks for frames of an audience; resolves with the answer. */
  async view(audience: Audience, token?: string): Promise<ViewMessage> {
    this.send(JSON.stringify({ action: 'view', audience, ...(token ? { token } : {}) }));
    return this.until('the answer to view', () => {
      const error = this.messages.find((message) => message.type === 'error');
      if (error) throw new Error(`view was refused: ${error.code}: ${error.message}`);
      return this.messages.find((message) => message.type === 'view');
    });
  }

  /** Sends text as it is. */
  send(text: string): void {
    this.#socket.send(text);
  }

  /** All rows of the frames so far. */
  rows(): readonly EventRow[] {
    return this.messages.flatMap((message) =>
      message.type === 'frame' ? message.parts.flatMap(rowsOfPart) : [],
    );
  }

  /** Waits until `look` finds something after one of the messages. */
  async until<T>(what: string, look: () => T | undefined): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`${what} did not come within ${PATIENCE_MS / 1000} s`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  close(): void {
    this.#socket.terminate();
  }
}
