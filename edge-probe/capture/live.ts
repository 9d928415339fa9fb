import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type InterfaceState, interfaceState } from './live-interface.ts';
import {
  type LiveFault,
  type LiveMessage,
  type LiveOrder,
  parseLiveMessage,
} from './live-message.ts';
import type { PacketHandler } from './packet.ts';
import { CaptureReader } from './reader.ts';

/** How often the interface is looked at; libpcap says nothing when it goes down, ms. */
const WATCH_MS = 1_000;
/** A child that does not end by itself is killed after this, ms: under load it hears no signal. */
const GRACE_MS = 500;
const RESTART_MS = { first: 250, limit: 10_000 } as const;

export interface LiveOptions extends LiveOrder {
  readonly onPacket: PacketHandler;
  /** Something a person should know: an interface that went, a child that was started again. */
  readonly onNote: (message: string) => void;
  /** The capture cannot begin, or cannot begin again, for a reason that waiting does not mend. */
  readonly onFault: (fault: LiveFault, message: string) => void;
  /** Looks at the interface; the machine's by default. */
  readonly stateOf?: (device: string) => InterfaceState;
  /** Arguments to node that run the capture child; the real one by default. */
  readonly childArgs?: readonly string[];
}

/** What a live capture counts. */
export interface LiveCounters {
  /** Packets the kernel had no room for, all children together. */
  kernelDrops: number;
  /** Children started again, for whatever reason. */
  restarts: number;
}

/** Packets of one interface. libpcap runs in a child process, which is started again when it dies. */
export class LiveSource {
  readonly counters: LiveCounters = { kernelDrops: 0, restarts: 0 };
  readonly #options: LiveOptions;
  readonly #stateOf: (device: string) => InterfaceState;
  #child: ChildProcess | undefined;
  #closed: Promise<void> = Promise.resolve();
  #openedIndex = 0;
  #failures = 0;
  #dropsBefore = 0;
  #watch: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #stopping = false;
  #everOpen = false;
  #absent = false;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#stateOf = options.stateOf ?? interfaceState;
  }

  start(): void {
    this.#watch = setInterval(() => this.#look(), WATCH_MS);
    this.#spawn();
  }

  /** Resolves when every packet that the child had captured has been handed over. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#watch);
    clearTimeout(this.#retry);
    this.#kill();
    await this.#closed;
  }

  #look(): void {
    const { device, onNote } = this.#options;
    const { state, index } = this.#stateOf(device);
    if (state !== 'up') {
      if (!this.#absent) onNote(`interface ${device} is ${state}: waiting for it to come back`);
      this.#absent = true;
      this.#kill();
      return;
    }
    if (this.#absent) onNote(`interface ${device} is back`);
    if (this.#child && index !== this.#openedIndex) this.#kill();
    if (this.#absent && !this.#child) this.#again(0);
    this.#absent = false;
  }

  #spawn(): void {
    const { device, filter, snapLength, bufferBytes, onPacket } = this.#options;
    this.#openedIndex = this.#stateOf(device).index;
    const order: LiveOrder = { device, filter, snapLength, bufferBytes };
    const args = [...(this.#options.childArgs ?? childArgs()), JSON.stringify(order)];
    // No environment: the child needs no key, no credentials and no name of anything.
    const child = spawn(process.execPath, args, {
      stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
      env: {},
    });
    this.#child = child;
    const reader = new CaptureReader(onPacket);
    child.stdout?.on('data', (chunk: Buffer) => {
      reader.push(chunk);
      // What follows a broken record cannot be read: a new child begins a new stream.
      if (reader.error !== undefined && !child.killed) child.kill('SIGKILL');
    });
    const messages = createInterface({ input: child.stdio[3] as Readable });
    let refused = false;
    messages.on('line', (line) => {
      const message = parseLiveMessage(line);
      if (message?.type === 'fault') refused = true;
      if (message) this.#hear(message);
    });
    this.#closed = new Promise((resolve) => {
      child.on('error', (error) => this.#options.onFault('other', error.message));
      child.on('close', (code, signal) => {
        this.#child = undefined;
        reader.end();
        resolve();
        const broken = reader.error && `sent a broken stream (${reader.error.reason})`;
        this.#ended(refused ? '' : (broken ?? `ended with ${signal ?? `code ${code}`}`));
      });
    });
  }

  #hear(message: LiveMessage): void {
    if (message.type === 'open') {
      this.#everOpen = true;
      this.#failures = 0;
      this.#dropsBefore = this.counters.kernelDrops;
      return;
    }
    if (message.type === 'stats') {
      this.counters.kernelDrops = this.#dropsBefore + message.dropped;
      return;
    }
    const passing = message.fault === 'no-such-device' || message.fault === 'device-down';
    if (this.#everOpen && passing) return;
    this.#options.onFault(message.fault, message.message);
  }

  #ended(how: string): void {
    if (this.#stopping || this.#absent) return;
    if (this.#stateOf(this.#options.device).state !== 'up') {
      this.#look();
      return;
    }
    this.#failures++;
    const waitMs = Math.min(RESTART_MS.limit, RESTART_MS.first * 2 ** (this.#failures - 1));
    if (how !== '') {
      const { device, onNote } = this.#options;
      onNote(`the capture of ${device} ${how}: starting it again in ${waitMs} ms`);
    }
    this.#again(waitMs);
  }

  #again(waitMs: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      if (this.#stopping || this.#child) return;
      this.counters.restarts++;
      this.#spawn();
    }, waitMs);
  }

  #kill(): void {
    const child = this.#child;
    if (!child || child.killed) return;
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
  }
}

/** From source the child needs tsx; a Node that strips types by itself would do without. */
function childArgs(): string[] {
  const here = import.meta.url;
  if (!here.endsWith('.ts')) return [fileURLToPath(new URL('./live-child.js', here))];
  const tsx = pathToFileURL(createRequire(here).resolve('tsx')).href;
  return ['--import', tsx, fileURLToPath(new URL('./live-child.ts', here))];
}
