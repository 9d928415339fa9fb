import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { z } from 'zod';
import { CommandError } from './command-error.ts';

/** One answer of /v1/events. */
export interface Piece {
  readonly body: Uint8Array;
  /** Where to go on at once. */
  readonly next: string | undefined;
  /** Where to go on later, when there is no next. */
  readonly resume: string | undefined;
}

/** What is asked, and of whom. */
export interface ExportRequest {
  readonly url: string;
  readonly query: URLSearchParams;
  readonly token?: string;
}

/** Answers one after the other from a cursor on, until there is no next. */
export async function* pieces(
  fetchOne: (cursor: string | undefined) => Promise<Piece>,
  from: string | undefined,
): AsyncGenerator<Piece> {
  let cursor = from;
  do {
    const piece = await fetchOne(cursor);
    yield piece;
    cursor = piece.next;
  } while (cursor !== undefined);
}

/** Attempts at one piece, and the pause before the second of them, which doubles. */
const ATTEMPTS = 6;
const PAUSE_MS = 500;

/** Asks for one piece; again when the API is busy. Throws an error that says what the API said. */
export async function fetchPiece(
  request: ExportRequest,
  cursor: string | undefined,
): Promise<Piece> {
  const url = new URL('/v1/events', request.url);
  url.search = String(request.query);
  if (cursor !== undefined) url.searchParams.set('cursor', cursor);
  const headers: Record<string, string> =
    request.token === undefined ? {} : { authorization: `Bearer ${request.token}` };
  for (let attempt = 1; ; attempt++) {
    const answer = await fetch(url, { headers }).catch((error: Error) => error);
    if (!(answer instanceof Error) && answer.ok) {
      const body = new Uint8Array(await answer.arrayBuffer());
      const header = (name: string): string | undefined => answer.headers.get(name) ?? undefined;
      return { body, next: header('skirmish-next'), resume: header('skirmish-resume') };
    }
    const isPassing = answer instanceof Error || answer.status === 429 || answer.status >= 500;
    if (!isPassing || attempt === ATTEMPTS) throw await refusal(url, answer);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * 2 ** (attempt - 1)));
  }
}

async function refusal(url: URL, answer: Response | Error): Promise<CommandError> {
  if (answer instanceof Error) {
    return new CommandError(`${url.origin} does not answer (${answer.message}). Check --url.`);
  }
  const text = await answer.text();
  const message = /"message":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? `status ${answer.status}`;
  return new CommandError(`${url.origin} refused: ${JSON.parse(`"${message}"`)}`);
}

const STATE = z.object({ query: z.string(), cursor: z.string().optional(), bytes: z.int().min(0) });

/** The file that pieces are appended to, and beside it how far it is: a piece that was cut is written anew. */
export class ExportFile {
  readonly #path: string;
  readonly #query: string;
  #cursor: string | undefined;
  #size: number;
  #isComplete = false;

  private constructor(
    path: string,
    query: string,
    state: { cursor?: string | undefined; bytes: number },
  ) {
    this.#path = path;
    this.#query = query;
    this.#cursor = state.cursor;
    this.#size = state.bytes;
  }

  /** Opens a new file, or one that the same question began. Throws an error that says what to do about any other. */
  static open(path: string, query: string): ExportFile {
    const stateFile = `${path}.cursor`;
    if (!existsSync(stateFile)) {
      if (!existsSync(path)) return new ExportFile(path, query, { bytes: 0 });
      throw new CommandError(`${path} is there already, and complete or not ours. Move it away.`);
    }
    const state = STATE.safeParse(JSON.parse(readFileSync(stateFile, 'utf8')));
    if (!state.success || state.data.query !== query) {
      const message = `${path} was begun with other flags. Use those, or move it and ${stateFile} away.`;
      throw new CommandError(message);
    }
    return new ExportFile(path, query, state.data);
  }

  /** Where the next piece begins. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  get size(): number {
    return this.#size;
  }

  /** Whether nothing of the question can come any more. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Appends a piece for good, and notes where the next begins. */
  append(piece: Piece): void {
    const file = openSync(this.#path, this.#size === 0 ? 'w' : 'r+');
    try {
      ftruncateSync(file, this.#size);
      writeSync(file, piece.body, 0, piece.body.length, this.#size);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    this.#size += piece.body.length;
    this.#cursor = piece.next ?? piece.resume;
    this.#isComplete = this.#cursor === undefined;
    this.#note();
  }

  #note(): void {
    const stateFile = `${this.#path}.cursor`;
    if (this.#isComplete) {
      rmSync(stateFile, { force: true });
      return;
    }
    const state = { query: this.#query, cursor: this.#cursor, bytes: this.#size };
    writeFileSync(`${stateFile}.new`, JSON.stringify(state));
    renameSync(`${stateFile}.new`, stateFile);
  }
}
