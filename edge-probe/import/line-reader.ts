import type { LineOutcome } from './line-problem.ts';

/** Formats that can be imported. */
export const IMPORT_FORMATS = ['suricata', 'zeek', 'cowrie', 'vpc', 'ndjson'] as const;

export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** Reads one format line by line, and makes rows. */
export interface LineReader {
  /** Another file begins: what the last one said of its own lines does not hold for it. */
  begin(): void;
  /** Reads the next line, which is not empty and has no line break. */
  read(line: string): LineOutcome;
  /** The lines are over: makes rows of what waited for more. */
  finish(): void;
  /** What it has to know of the lines so far to go on, as JSON; undefined for nothing. */
  save(): unknown;
  /** Goes on from what `save` gave, to which time may have done anything. */
  restore(state: unknown): void;
}
