/** Why a line is not used though it should have been. */
export const BAD_LINES = [
  'unknown-format',
  'not-json',
  'not-an-object',
  'missing-field',
  'bad-field',
  'wrong-columns',
  'bad-header',
  'no-header',
  'too-long',
] as const;

export type BadLine = (typeof BAD_LINES)[number];

/** Why a line that is as it should be makes no row. */
export const QUIET_LINES = [
  /** It begins or ends a log, or names its columns. */
  'header',
  /** It tells that nothing was seen. */
  'no-data',
  /** It tells that its own source left something out. */
  'skipped-by-source',
  /** An event that tells of no connection. */
  'other-event',
  /** It goes with rows that another line makes. */
  'detail',
  /** What somebody typed or sent: it is never taken over. */
  'withheld',
  /** A name that was told shortly before. */
  'repeated-name',
] as const;

export type QuietLine = (typeof QUIET_LINES)[number];

/** What is wrong with a line; columns count from 1. */
export interface LineProblem {
  readonly reason: BadLine;
  readonly message: string;
  readonly column?: number;
}

/** What became of a line: a problem, a reason why it makes no row, or undefined when it made rows. */
export type LineOutcome = LineProblem | QuietLine | undefined;
