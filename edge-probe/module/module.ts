import type { FlowOwner, RowSink } from '../flow/ports.ts';

/** What a module works with. */
export interface ModuleContext {
  /** Takes its rows. */
  readonly rows: RowSink;
  /** Says something to a person. */
  note(message: string): void;
  /** What was written behind its name, as in `--module trace=203.0.113.7`; undefined when nothing was. */
  readonly options: unknown;
}

/** Tells of something beside packets. A module is a folder here whose module.ts exports `createModule`. */
export interface ProbeModule {
  readonly name: string;
  /** Resolves when it runs; rejects when it cannot, saying what to do. */
  start(context: ModuleContext): Promise<void>;
  /** Resolves when everything it started has ended. */
  stop(): Promise<void>;
  /** What it has counted, losses by reason among it. */
  counters(): Readonly<Record<string, number>>;
  /** Which process of this host owns a flow, for modules that know. */
  readonly owner?: FlowOwner;
}
