import { isIP } from 'node:net';
import { EVENT_KIND } from '../../../core/event/kinds.ts';
import type { ModuleContext, ProbeModule } from '../module.ts';
import { addressBytes } from '../process/socket-table.ts';
import type { Hop } from './hops.ts';
import { runTrace, TRACERS, type Tracer } from './run-trace.ts';
import { TargetQueue } from './target-queue.ts';

/** One trace so often at most, and a target again after so long. */
const EVERY_MS = 60_000;
const AGAIN_MS = 3_600_000;
const MAX_TARGETS = 256;

/** How it traces; slowly and with what Debian has by default. */
export interface TraceSurroundings {
  readonly tracers: readonly Tracer[];
  readonly everyMs: number;
  readonly againMs: number;
}

/** Tells the hops towards the addresses that its option lists, apart by commas. */
export function createModule(
  surroundings: TraceSurroundings = { tracers: TRACERS, everyMs: EVERY_MS, againMs: AGAIN_MS },
): ProbeModule {
  return new TraceModule(surroundings);
}

class TraceModule implements ProbeModule {
  readonly name = 'trace';
  readonly #everyMs: number;
  readonly #stop = new AbortController();
  readonly #counts = { traces: 0, hops: 0, silent: 0, failed: 0 };
  readonly #queue: TargetQueue;
  #tracers: readonly Tracer[];
  #targets: readonly string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #context: ModuleContext | undefined;

  constructor({ tracers, everyMs, againMs }: TraceSurroundings) {
    this.#tracers = tracers;
    this.#everyMs = everyMs;
    this.#queue = new TargetQueue(againMs);
  }

  async start(context: ModuleContext): Promise<void> {
    this.#context = context;
    this.#targets = targetsOf(context.options);
    this.#timer = setInterval(() => this.#next(), this.#everyMs);
    this.#next();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await this.#running;
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#counts, refused: this.#queue.refused };
  }

  #next(): void {
    if (this.#running !== undefined) return;
    const nowMs = performance.now();
    for (const target of this.#targets) this.#queue.ask(target, nowMs);
    const target = this.#queue.take(nowMs);
    if (target === undefined) return;
    this.#running = this.#trace(target).finally(() => {
      this.#running = undefined;
    });
  }

  async #trace(target: string): Promise<void> {
    const [tracer] = this.#tracers;
    if (tracer === undefined) return;
    const outcome = await runTrace(tracer, target, this.#stop.signal);
    if (this.#stop.signal.aborted) return;
    if ('missing' in outcome) {
      this.#tracers = this.#tracers.slice(1);
      if (this.#tracers.length > 0) return this.#trace(target);
      clearInterval(this.#timer);
      this.#context?.note(
        `trace: neither traceroute nor tracepath is installed, so nothing is traced. Install one: apt-get install traceroute`,
      );
      return;
    }
    this.#counts.traces++;
    if ('failure' in outcome) {
      this.#counts.failed++;
      this.#context?.note(`trace: ${tracer[0]} ${target} failed: ${outcome.failure}`);
      return;
    }
    if (outcome.hops.length === 0) this.#counts.silent++;
    for (const hop of outcome.hops) this.#tell(hop, target);
  }

  #tell({ ttl, address, roundTripMs }: Hop, target: string): void {
    const [from, to] = [addressBytes(address), addressBytes(target)];
    if (from === undefined || to === undefined) return;
    this.#counts.hops++;
    this.#context?.rows.add(EVENT_KIND.trace, Date.now(), (builder, row) => {
      const { columns } = builder;
      columns.initiator[row] = builder.address(from, 0, from.length === 16 ? 16 : 4);
      columns.responder[row] = builder.address(to, 0, to.length === 16 ? 16 : 4);
      columns.initiatorPort[row] = ttl;
      columns.durationMs[row] = Math.round(roundTripMs);
    });
  }
}

function targetsOf(options: unknown): string[] {
  const targets = typeof options === 'string' ? options.split(',').map((part) => part.trim()) : [];
  const wrong = targets.find((target) => isIP(target) === 0);
  if (targets.length > 0 && targets.length <= MAX_TARGETS && wrong === undefined) return targets;
  throw new Error(
    `the module trace needs 1 to ${MAX_TARGETS} addresses to trace, as in --module trace=203.0.113.7,198.51.100.1${wrong === undefined ? '' : `; '${wrong}' is none`}`,
  );
}
