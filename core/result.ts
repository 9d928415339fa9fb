/** Outcome of reading something that may be malformed: the value, or a reason from a closed set. */
export type Result<T, R extends string> =
  | { ok: true; value: T }
  | { ok: false; reason: R; detail?: string };

/** A success that holds `value`. */
export function ok<T>(value: T): { ok: true; value: T } {
  return { ok: true, value };
}

/** A failure for `reason`; `detail` says where, for a person to read. */
export function fail<R extends string>(
  reason: R,
  detail?: string,
): { ok: false; reason: R; detail?: string } {
  return detail === undefined ? { ok: false, reason } : { ok: false, reason, detail };
}
