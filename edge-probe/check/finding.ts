/** What one look found. */
export interface CheckFinding {
  readonly what: string;
  readonly ok: boolean;
  /** How it is, or what to do. */
  readonly message: string;
}

export function good(what: string, message: string): CheckFinding {
  return { what, ok: true, message };
}

export function bad(what: string, message: string): CheckFinding {
  return { what, ok: false, message };
}
