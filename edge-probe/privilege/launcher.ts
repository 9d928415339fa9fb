import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { currentName, interfaceState } from '../capture/live-interface.ts';
import { type LiveChild, liveChild } from '../capture/live-spawner.ts';
import { type LaunchAnswer, parseLaunchRequest } from './launch-message.ts';

export interface LauncherOptions {
  /** What may be captured. */
  readonly interfaces: readonly string[];
  /** The probe's command line, and its environment. */
  readonly probe: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The command line of a capture child on an interface of this name. */
  readonly capture: (name: string) => readonly string[];
  /** Aborts when the user asks to stop. */
  readonly stop: AbortSignal;
}

/**
 * Runs the probe without rights and, when it asks, capture children with the one right they need. It starts these
 * programs and does nothing else: what the probe may ask is told in LaunchRequest.
 */
export class Launcher {
  readonly #options: LauncherOptions;
  readonly #children = new Map<number, LiveChild>();
  /** Indexes of the interfaces, by which they are known when they are given other names. */
  readonly #indexes: number[];
  #probe: ChildProcess | undefined;

  constructor(options: LauncherOptions) {
    this.#options = options;
    this.#indexes = options.interfaces.map((name) => interfaceState(name).index);
  }

  /** Resolves with the probe's exit code when it and all captures have ended. */
  async run(): Promise<number> {
    const [program = '', ...args] = this.#options.probe;
    const { env, stop } = this.#options;
    const probe = spawn(program, args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // A group of its own: Ctrl-C reaches this process, which tells it on.
      detached: true,
      env,
    });
    this.#probe = probe;
    probe.on('message', (message, socket) => this.#hear(message, socket as Socket | undefined));
    const end = (): void => void probe.kill('SIGTERM');
    if (stop.aborted) end();
    else stop.addEventListener('abort', end);
    const endNow = (): void => {
      if (stop.aborted) probe.kill('SIGKILL');
    };
    process.once('exit', endNow);
    const code = await new Promise<number>((resolve, reject) => {
      probe.on('error', reject);
      probe.on('exit', (exitCode) => resolve(exitCode ?? 1));
    });
    process.off('exit', endNow);
    await this.#endAll();
    return code;
  }

  #hear(message: unknown, socket: Socket | undefined): void {
    const request = parseLaunchRequest(message, this.#options.interfaces.length);
    const child = request && this.#children.get(request.capture);
    if (request?.type === 'start' && socket && !child) {
      this.#start(request.capture, socket);
      return;
    }
    socket?.destroy();
    if (request?.type === 'start') this.#tell(request.capture, 'a capture that runs already');
    if (request?.type === 'stop') child?.stop();
    if (request?.type === 'kill') child?.kill();
  }

  #start(capture: number, socket: Socket): void {
    const device = this.#options.interfaces[capture] as string;
    const name = currentName(device, this.#indexes[capture] as number) ?? device;
    this.#indexes[capture] = interfaceState(name).index;
    const [program = '', ...args] = this.#options.capture(name);
    const child = liveChild(spawn(program, args, { stdio: ['pipe', socket, 'inherit'], env: {} }));
    socket.destroy();
    this.#children.set(capture, child);
    child.ended
      .then((how) => {
        this.#children.delete(capture);
        this.#tell(capture, how);
      })
      .catch(() => {
        // `ended` never rejects.
      });
  }

  #tell(capture: number, how: string): void {
    const answer: LaunchAnswer = { type: 'ended', capture, how };
    if (this.#probe?.connected) this.#probe.send(answer);
  }

  async #endAll(): Promise<void> {
    const children = [...this.#children.values()];
    for (const child of children) child.kill();
    await Promise.all(children.map(({ ended }) => ended));
  }
}
