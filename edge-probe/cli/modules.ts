import type { FlowOwner, RowSink } from '../flow/ports.ts';
import { loadModule } from '../module/load-module.ts';
import type { ProbeModule } from '../module/module.ts';
import { ProbeError, reasonOf } from './probe-error.ts';

/** The modules of a capture, by what `--module` said of each: `NAME` or `NAME=OPTIONS`. */
export class Modules {
  readonly #all: { readonly module: ProbeModule; readonly options: string | undefined }[] = [];

  /** Loads them; throws ProbeError `failed` for a name that is none, which lists those there are. */
  async load(wanted: readonly string[]): Promise<void> {
    for (const text of wanted) {
      const [, name = '', options] = /^([^=]+)(?:=(.*))?$/.exec(text) ?? [];
      const module = await loadModule(name).catch((error: unknown) => {
        throw new ProbeError('failed', reasonOf(error), error);
      });
      this.#all.push({ module, options });
    }
  }

  /** Which process owns a flow, as far as one of them knows. */
  get owner(): FlowOwner | undefined {
    return this.#all.find(({ module }) => module.owner !== undefined)?.module.owner;
  }

  /** Starts them, up to one that cannot run: what to do about it, undefined when all run. */
  async start(rows: RowSink, note: (message: string) => void): Promise<ProbeError | undefined> {
    for (const { module, options } of this.#all) {
      try {
        await module.start({ rows, note, options });
      } catch (error) {
        return new ProbeError('failed', `module ${module.name}: ${reasonOf(error)}`, error);
      }
    }
    return undefined;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all.map(({ module }) => module.stop()));
  }

  /** What each has counted, by its name. */
  counters(): Readonly<Record<string, Readonly<Record<string, number>>>> {
    return Object.fromEntries(this.#all.map(({ module }) => [module.name, module.counters()]));
  }
}
