import { type Emulator, type EmulatorSetting, startEmulator } from './emulator.ts';

/** Starts of an emulator that fails at once, and the pause between them: an older process may still hold its files. */
const TRIES = { count: 5, pauseMs: 300 } as const;

/** What is done when an emulator is replaced. */
export interface Replacing {
  /** Before the old one is stopped. */
  readonly before: () => Promise<void>;
  /** When the new one listens. */
  readonly after: (port: number) => Promise<void>;
  readonly log: (line: string) => void;
}

/** An emulator that is started again when it dies, and can be replaced by a fresh one. */
export class SupervisedEmulator {
  readonly #setting: EmulatorSetting;
  readonly #replacing: Replacing;
  #emulator: Emulator | undefined;
  #work: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(setting: EmulatorSetting, replacing: Replacing) {
    this.#setting = setting;
    this.#replacing = replacing;
  }

  /** Starts it and gives its port. */
  async start(): Promise<number> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const emulator = await startEmulator(this.#setting);
        this.#emulator = emulator;
        void emulator.died.then((code) => this.#died(emulator, code));
        return emulator.port;
      } catch (error) {
        if (attempt >= TRIES.count || this.#stopped) throw error;
        await new Promise((resolve) => setTimeout(resolve, TRIES.pauseMs));
      }
    }
  }

  /** Replaces it by a fresh one. */
  replace(): Promise<void> {
    this.#work = this.#work.then(() => this.#replace());
    return this.#work;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#work.catch(() => undefined);
    await this.#emulator?.stop();
  }

  async #replace(): Promise<void> {
    if (this.#stopped) return;
    await this.#replacing.before();
    await this.#emulator?.stop();
    await this.#replacing.after(await this.start());
  }

  #died(emulator: Emulator, code: number): void {
    if (this.#stopped || emulator !== this.#emulator) return;
    const { name, logPath } = this.#setting;
    this.#replacing.log(
      `${name} ended by itself (code ${code}; log: ${logPath}) and is started again.`,
    );
    this.replace().catch((error: unknown) =>
      this.#replacing.log(
        `${name} cannot be started again: ${String(error)}. Stop and start Skirmish.`,
      ),
    );
  }
}
