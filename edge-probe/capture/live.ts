import { reasonOf } from '../cli/probe-error.ts';
import {
  currentName,
  type InterfaceState,
  interfacePackets,
  interfaceState,
} from './live-interface.ts';
import { DEAF, type LiveFault, type LiveMessage, type LiveOrder } from './live-message.ts';
import { LiveReader } from './live-reader.ts';
import { openSocketPair } from './live-socket.ts';
import { directSpawner, type LiveChild, type LiveSpawner } from './live-spawner.ts';
import type { PacketHandler } from './packet.ts';

/** How often the interface and the child are looked at, ms: libpcap says nothing when an interface goes down. */
const WATCH_MS = 1_000;
/** Looks in a row at which an open child has sent nothing, not even figures: it hangs. */
const STALL_LOOKS = 3;
/** The same for one that has not begun yet. */
const START_LOOKS = 20;
/** A child that does not end by itself is killed after this, ms: under load it hears nothing. */
const GRACE_MS = 500;
const RESTART_MS = { first: 250, limit: 4_000 } as const;

export interface LiveOptions {
  /** An interface, or `any`. */
  readonly device: string;
  /** The filter for a child that begins now. */
  readonly filter: () => string;
  readonly snapLength: number;
  readonly bufferBytes: number;
  /** Decides which flows a sample keeps. */
  readonly seed: number;
  /** Largest part that may be left out under overload: one in so many flows is always kept. */
  readonly mostSampling: number;
  readonly onPacket: PacketHandler;
  /** From here on the child keeps one in so many flows. */
  readonly onSampling: (one: number) => void;
  /** Something a person should know: an interface that went, a child that was started again. */
  readonly onNote: (message: string) => void;
  /** The capture cannot begin, or cannot begin again, for a reason that waiting does not mend. */
  readonly onFault: (fault: LiveFault, message: string) => void;
  /** Who starts the children; this process by default. */
  readonly spawner?: LiveSpawner;
  /** Looks at the interface; the machine's by default. */
  readonly interfaces?: InterfaceView;
}

/** What a capture needs to know of the machine's interfaces. */
export interface InterfaceView {
  state(name: string): InterfaceState;
  /** What the interface of this index is called now; undefined when it has gone. */
  nameOf(name: string, index: number): string | undefined;
  packets(name: string): number;
}

const MACHINE: InterfaceView = {
  state: interfaceState,
  nameOf: currentName,
  packets: interfacePackets,
};

/** What a live capture counts, all its children together. */
export interface LiveCounters {
  /** Packets that passed the filter, as the kernel counts them; the dropped ones are among them. */
  received: number;
  /** Packets the kernel had no room for. */
  kernelDrops: number;
  /** Packets left out by sampling. */
  skipped: number;
  /** Packets that the interface had while no child captured or that a killed child held: at most so many were missed. */
  possiblyLost: number;
  /** Children started again, for whatever reason. */
  restarts: number;
  /** Children that hung and were killed. */
  stalls: number;
}

/** Packets of one interface. libpcap runs in a child process, which is started again when it dies or hangs. */
export class LiveSource {
  readonly counters: LiveCounters = {
    received: 0,
    kernelDrops: 0,
    skipped: 0,
    possiblyLost: 0,
    restarts: 0,
    stalls: 0,
  };
  readonly #options: LiveOptions;
  readonly #interfaces: InterfaceView;
  #child: LiveChild | undefined;
  #running = false;
  #ended: Promise<void> = Promise.resolve();
  #name: string;
  #index = 0;
  #state: InterfaceState['state'] = 'up';
  #open = false;
  #everOpen = false;
  #one = 1;
  #silentLooks = 0;
  #failures = 0;
  /** Sums of earlier children. */
  #base = { received: 0, kernelDrops: 0, skipped: 0 };
  /** Packets of the interface, and packets handed over, when the child last said its figures. */
  #mark: { interfacePackets: number; reader: LiveReader; packets: number } | undefined;
  #watch: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#interfaces = options.interfaces ?? MACHINE;
    this.#name = options.device;
  }

  /** What the interface is called now, its state, and whether packets are being captured. */
  get view(): { name: string; state: InterfaceState['state']; capturing: boolean; one: number } {
    return { name: this.#name, state: this.#state, capturing: this.#open, one: this.#one };
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
    this.#end();
    await this.#ended;
  }

  #look(): void {
    this.#lookAtInterface();
    if (!this.#child || this.#stopping) return;
    if (++this.#silentLooks <= (this.#open ? STALL_LOOKS : START_LOOKS)) return;
    this.#silentLooks = 0;
    this.counters.stalls++;
    this.#options.onNote(`the capture of ${this.#name} hangs: killing it`);
    this.#child.kill();
  }

  #lookAtInterface(): void {
    const { onNote } = this.#options;
    const name = this.#interfaces.nameOf(this.#name, this.#index);
    if (name !== undefined && name !== this.#name) {
      onNote(`interface ${this.#name} is called ${name} now: capturing there`);
      this.#name = name;
    }
    const before = this.#state;
    const { state, index } = this.#interfaces.state(this.#name);
    this.#state = state;
    if (state !== 'up') {
      if (before !== state)
        onNote(`interface ${this.#name} is ${state}: waiting for it to come back`);
      this.#end();
      return;
    }
    if (before !== 'up') onNote(`interface ${this.#name} is back`);
    if (this.#child && index !== this.#index) this.#end();
    if (before !== 'up' && !this.#running) this.#again(0);
  }

  #spawn(): void {
    this.#running = true;
    this.#ended = this.#run().catch((error: unknown) => {
      this.#child = undefined;
      this.#running = false;
      if (this.#everOpen) this.#after(`cannot be started (${reasonOf(error)})`);
      else this.#options.onFault('other', reasonOf(error));
    });
  }

  /** The life of one child. */
  async #run(): Promise<void> {
    const { device, onPacket, filter, seed, ...rest } = this.#options;
    let refused = false;
    const reader = new LiveReader(onPacket, (message) => {
      if (message.type === 'fault') refused = true;
      this.#hear(message, reader);
    });
    const took = (bytes: number): void => {
      this.#silentLooks = 0;
      reader.take(bytes);
      // What follows a broken record cannot be read: a new child begins a new stream.
      if (reader.error !== undefined) this.#child?.kill();
    };
    const { ours, theirs } = await openSocketPair(() => reader.space(), took);
    this.#index = this.#interfaces.state(this.#name).index;
    this.#silentLooks = 0;
    const child = (this.#options.spawner ?? directSpawner()).spawn(
      { device, name: this.#name },
      theirs,
    );
    this.#child = child;
    if (this.#stopping) this.#end();
    const order: LiveOrder = {
      filter: filter(),
      snapLength: rest.snapLength,
      bufferBytes: rest.bufferBytes,
      sampling: this.#one,
      mostSampling: rest.mostSampling,
      seed,
    };
    ours.on('error', () => {
      // The child has gone: how it ended says more.
    });
    const closed = new Promise((resolve) => ours.once('close', resolve));
    ours.write(`${JSON.stringify(order)}\n`);
    const how = await child.ended;
    await closed;
    this.#child = undefined;
    this.#running = false;
    this.#open = false;
    const broken = reader.error && `sent a broken stream (${reader.error})`;
    const deaf = how === `code ${DEAF}` ? 'hears of no packets any more' : undefined;
    this.#after(refused ? '' : (broken ?? deaf ?? `ended with ${how}`));
  }

  #hear(message: LiveMessage, reader: LiveReader): void {
    const { counters } = this;
    switch (message.type) {
      case 'open':
        this.#open = true;
        this.#everOpen = true;
        this.#failures = 0;
        this.#base = { ...counters };
        this.#countGap();
        this.#setMark(reader);
        break;
      case 'stats':
        counters.received = this.#base.received + message.received;
        counters.kernelDrops = this.#base.kernelDrops + message.dropped;
        counters.skipped = this.#base.skipped + message.skipped;
        this.#setMark(reader);
        break;
      case 'sampling':
        this.#one = message.one;
        this.#options.onSampling(message.one);
        break;
      case 'fault':
        this.#refuse(message.fault, message.message);
    }
  }

  #refuse(fault: LiveFault, message: string): void {
    const passing = fault === 'no-such-device' || fault === 'device-down';
    if (!(this.#everOpen && passing)) this.#options.onFault(fault, message);
  }

  #setMark(reader: LiveReader): void {
    const interfacePackets = this.#interfaces.packets(this.#name);
    this.#mark = { interfacePackets, reader, packets: reader.packets };
  }

  /** Counts what the interface had since the last child told its figures and was not handed over. */
  #countGap(): void {
    const mark = this.#mark;
    if (!mark) return;
    const had = this.#interfaces.packets(this.#name) - mark.interfacePackets;
    this.counters.possiblyLost += Math.max(0, had - (mark.reader.packets - mark.packets));
  }

  #after(how: string): void {
    if (this.#stopping || this.#state !== 'up') return;
    if (this.#interfaces.state(this.#name).state !== 'up') {
      this.#lookAtInterface();
      return;
    }
    this.#failures++;
    const waitMs = Math.min(RESTART_MS.limit, RESTART_MS.first * 2 ** (this.#failures - 1));
    if (how !== '') {
      const text = `the capture of ${this.#name} ${how}: starting it again in ${waitMs} ms`;
      this.#options.onNote(text);
    }
    this.#again(waitMs);
  }

  #again(waitMs: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      if (this.#stopping || this.#running) return;
      this.counters.restarts++;
      this.#spawn();
    }, waitMs);
  }

  #end(): void {
    const child = this.#child;
    if (!child) return;
    child.stop();
    setTimeout(() => child.kill(), GRACE_MS).unref();
  }
}
