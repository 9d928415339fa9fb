import type { LineProblem } from './line-problem.ts';

export type JsonLine =
  | { readonly ok: true; readonly record: object }
  | { readonly ok: false; readonly problem: LineProblem };

/** The object that a line of JSON holds. */
export function parseJsonLine(line: string): JsonLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { ok: false, problem: { reason: 'not-json', message: 'this is not JSON' } };
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { ok: true, record: value };
  }
  const message = 'expected an object: { "…": … }';
  return { ok: false, problem: { reason: 'not-an-object', message, column: 1 } };
}
