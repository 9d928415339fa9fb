import type { Status } from '../../edge-probe/cli/status.ts';

/** Figures of the status line. */
export interface Figures {
  readonly packets: number;
  readonly flows: number;
  readonly batches: number;
  readonly segments: number;
  readonly frames: number;
  readonly viewers: number;
  readonly drops: number;
}

/** Sums the probes' statuses and the runtime's counters. */
export function figuresOf(
  statuses: readonly (Status | undefined)[],
  counters: Readonly<Record<string, number>>,
): Figures {
  const known = statuses.filter((status) => status !== undefined);
  const sum = (of: (status: Status) => number): number =>
    known.reduce((total, status) => total + of(status), 0);
  const gaveUp = Object.entries(counters).filter(([name]) => name.endsWith('.gaveUp'));
  return {
    packets: sum((status) => status.packets),
    flows: sum((status) => status.flows),
    batches: counters['kinesis.records'] ?? 0,
    segments: counters['dynamodb.streamRecords'] ?? 0,
    frames: counters['socket.messagesOut'] ?? 0,
    viewers: counters['socket.open'] ?? 0,
    drops:
      sum(
        (status) => status.kernelDrops + Object.values(status.dropped).reduce((a, b) => a + b, 0),
      ) + gaveUp.reduce((total, [, count]) => total + count, 0),
  };
}

/** One line of figures. */
export function statusText(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${value.toLocaleString('en-US')}`)
    .join(' · ');
}

/** Prints lines above one live line; off a terminal the live line is printed now and then. */
export class LiveOutput {
  readonly #write: (text: string) => void;
  readonly #terminal: boolean;
  readonly #everyMs: number;
  #live = '';
  #printedAt = Number.NEGATIVE_INFINITY;

  constructor(output: { write(text: string): void; terminal: boolean; everyMs?: number }) {
    this.#write = (text) => output.write(text);
    this.#terminal = output.terminal;
    this.#everyMs = output.everyMs ?? 10_000;
  }

  /** A line that stays. */
  say(line: string): void {
    this.#write(this.#terminal ? `\r\u001b[2K${line}\n${this.#live}` : `${line}\n`);
  }

  /** The line that is written over. */
  show(line: string, now: number): void {
    if (this.#terminal) {
      this.#live = line;
      this.#write(`\r\u001b[2K${line}`);
    } else if (now - this.#printedAt >= this.#everyMs) {
      this.#printedAt = now;
      this.#write(`${line}\n`);
    }
  }

  /** Ends the live line. */
  end(): void {
    if (this.#terminal && this.#live !== '') this.#write('\n');
    this.#live = '';
  }
}
