import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** An error as Lambda tells it. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** What an invocation came to. */
export type Outcome =
  | { readonly ok: true; readonly payload: string }
  | { readonly ok: false; readonly error: FunctionError };

/** One invocation to be made. */
export interface Invocation {
  readonly id: string;
  /** The event as JSON. */
  readonly event: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
}

/** How to start a function's process. */
export interface ProcessSetting {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly memoryMb: number;
  readonly logPath: string;
}

type Message =
  | { type: 'ready' }
  | { type: 'init-failed'; error: FunctionError }
  | { type: 'result'; id: string; payload: string; rss: number }
  | { type: 'failed'; id: string; error: FunctionError; rss: number };

interface Pending {
  readonly settle: (outcome: Outcome) => void;
  readonly timer: NodeJS.Timeout;
}

/** One execution environment: a process that has loaded the bundle. It is used until it crashes or times out. */
export class FunctionProcess {
  readonly #child: ChildProcess;
  readonly #pending = new Map<string, Pending>();
  readonly ready: Promise<FunctionError | undefined>;
  readonly #exited: Promise<void>;
  #end: FunctionError | undefined;
  /** Highest resident set after an invocation, bytes. */
  peakRss = 0;

  constructor(setting: ProcessSetting) {
    const log = openSync(setting.logPath, 'a');
    this.#child = fork(fileURLToPath(new URL('./host.mjs', import.meta.url)), [], {
      cwd: setting.cwd,
      env: setting.env,
      execArgv: [`--max-old-space-size=${setting.memoryMb}`],
      stdio: ['ignore', log, log, 'ipc'],
      // Ctrl-C goes to a whole process group; invocations under way shall end first.
      detached: true,
    });
    closeSync(log);
    this.#exited = new Promise((resolve) => this.#child.once('exit', () => resolve()));
    this.ready = new Promise((resolve) => {
      this.#child.on('message', (message: Message) => {
        if (message.type === 'ready') resolve(undefined);
        else if (message.type === 'init-failed') resolve(message.error);
        else this.#settle(message);
      });
      this.#child.once('exit', (code, signal) => resolve(this.#ended(code, signal)));
    });
  }

  /** Whether the process can still take invocations. */
  get alive(): boolean {
    return this.#end === undefined;
  }

  invoke(invocation: Invocation): Promise<Outcome> {
    const { id, event, context, timeoutMs } = invocation;
    if (this.#end !== undefined) return Promise.resolve({ ok: false, error: this.#end });
    return new Promise((settle) => {
      const timer = setTimeout(() => this.#timeOut(timeoutMs), timeoutMs);
      this.#pending.set(id, { settle, timer });
      this.#child.send({ id, event, context, deadline: Date.now() + timeoutMs });
    });
  }

  /** Ends the process; invocations under way fail. */
  async stop(): Promise<void> {
    this.#end ??= {
      errorType: 'Runtime.ExitError',
      errorMessage: 'The local runtime is stopping.',
    };
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 2_000);
    await this.#exited;
    clearTimeout(timer);
  }

  #settle(message: Extract<Message, { id: string }>): void {
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    this.#pending.delete(message.id);
    clearTimeout(pending.timer);
    this.peakRss = Math.max(this.peakRss, message.rss);
    pending.settle(
      message.type === 'result'
        ? { ok: true, payload: message.payload }
        : { ok: false, error: message.error },
    );
  }

  /** Lambda ends the whole environment when an invocation takes too long. */
  #timeOut(timeoutMs: number): void {
    this.#fail({
      errorType: 'Sandbox.Timedout',
      errorMessage: `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
    });
    this.#child.kill('SIGKILL');
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): FunctionError {
    const how = signal === null ? `exit status ${code}` : `signal: ${signal}`;
    return this.#fail({
      errorType: 'Runtime.ExitError',
      errorMessage: `Runtime exited with error: ${how}`,
    });
  }

  #fail(error: FunctionError): FunctionError {
    this.#end ??= error;
    for (const { settle, timer } of this.#pending.values()) {
      clearTimeout(timer);
      settle({ ok: false, error: this.#end });
    }
    this.#pending.clear();
    return this.#end;
  }
}
