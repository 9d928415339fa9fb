import { randomBytes } from 'node:crypto';
import { LiveSource } from '../capture/live.ts';
import type { LiveFault } from '../capture/live-message.ts';
import type { LiveSpawner } from '../capture/live-spawner.ts';
import type { PacketHandler } from '../capture/packet.ts';
import { SamplingGroup } from '../capture/sampling-group.ts';
import type { CaptureStatus } from '../watchdog/observation.ts';
import type { Uplink } from './uplink.ts';

/** Under overload one in so many flows is always kept. */
const MOST_SAMPLING = 4_096;

export interface CapturesOptions {
  readonly interfaces: readonly string[];
  readonly filter: string;
  readonly snapLength: number;
  readonly bufferBytes: number;
  /** Keep one in n flows under overload. */
  readonly sampling: boolean;
  readonly uplink: Uplink;
  readonly spawner: LiveSpawner;
  readonly onPacket: PacketHandler;
  /** From here on one in so many flows is kept, of all interfaces. */
  readonly onSampling: (one: number) => void;
  readonly onNote: (message: string) => void;
  readonly onFault: (device: string, fault: LiveFault, message: string) => void;
}

/** The captures of several interfaces, sampled alike, without the probe's own uplink. */
export class Captures {
  readonly #options: CapturesOptions;
  readonly #sources: readonly LiveSource[];
  readonly #group: SamplingGroup;

  constructor(options: CapturesOptions) {
    this.#options = options;
    const seed = randomBytes(4).readUInt32LE();
    const onPacket = options.uplink.guard.wrap(options.onPacket);
    this.#group = new SamplingGroup(seed, onPacket, options.onSampling);
    this.#sources = options.interfaces.map((device) => this.#source(device, seed));
  }

  start(): void {
    for (const source of this.#sources) source.start();
  }

  /** Resolves when every packet that was captured has been handed over. */
  async stop(): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.stop()));
  }

  /** Packets the kernel had no room for. */
  get kernelDrops(): number {
    return this.#sources.reduce((all, { counters }) => all + counters.kernelDrops, 0);
  }

  get statuses(): readonly CaptureStatus[] {
    return this.#sources.map(({ counters, view }, at) => ({
      device: this.#options.interfaces[at] as string,
      name: view.name,
      state: view.state,
      capturing: view.capturing,
      sampling: view.one,
      ...counters,
    }));
  }

  #source(device: string, seed: number): LiveSource {
    const { filter, snapLength, bufferBytes, sampling, uplink, spawner } = this.#options;
    const member = this.#group.join();
    return new LiveSource({
      device,
      snapLength,
      bufferBytes,
      seed,
      spawner,
      filter: () => uplink.filter(filter),
      mostSampling: sampling ? MOST_SAMPLING : 1,
      onPacket: member.onPacket,
      onSampling: (one) => member.set(one),
      onNote: this.#options.onNote,
      onFault: (fault, message) => this.#options.onFault(device, fault, message),
    });
  }
}
