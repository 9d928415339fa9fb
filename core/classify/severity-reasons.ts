/** 0 info, 1 low, 2 medium, 3 high, 4 critical. */
export type SeverityLevel = 0 | 1 | 2 | 3 | 4;

/** Why a row is as grave as it is. */
export interface SeverityReason {
  /** Lower case, stable: 'scan-from-home'. */
  readonly name: string;
  readonly level: SeverityLevel;
  /** For people. */
  readonly label: string;
}

/** Names of the levels, at their number: what filters say. */
export const SEVERITY_NAMES = ['info', 'low', 'medium', 'high', 'critical'] as const;

/**
 * Every reason, gravest first; the last is that of rows without any other. At most 31: folds join them as bits, which
 * change with this list and are never stored.
 */
export const REASONS = [
  reason('listed-answer', 4, 'A home host talks to an address on an intelligence list'),
  reason('scan-from-home', 3, 'A home host scans others: it may be taken over'),
  reason('flood-from-home', 3, 'A home host takes part in a flood: it may be taken over'),
  reason('guessing-from-home', 3, 'A home host guesses passwords: it may be taken over'),
  reason('reflector-at-home', 3, 'A home host is made to answer a victim with large packets'),
  reason('finding-from-home', 3, 'A home host was found attacking'),
  reason('flood', 3, 'A home host is flooded with half-open connections'),
  reason('reflection', 3, 'A home host gets answers that it did not ask for'),
  reason('persistent-guessing', 3, 'A thousand passwords or more were guessed at a home host'),
  reason('listed-call', 3, 'A home host calls an address on an intelligence list'),
  reason('listed-talk', 3, 'An address on an intelligence list was answered by a home host'),
  reason('industrial', 3, 'An industrial controller answers the outside'),
  reason('management', 3, 'A management interface answers the outside'),
  reason('database', 3, 'A database answers the outside'),
  reason('guessing', 2, 'Passwords are guessed at a home host'),
  reason('finding', 2, 'An attack was found'),
  reason('alert', 2, 'A rule of an intrusion detection system matched'),
  reason('flood-elsewhere', 2, 'A host elsewhere is flooded'),
  reason('guessing-elsewhere', 2, 'Passwords are guessed at a host elsewhere'),
  reason('reflection-elsewhere', 2, 'A host elsewhere gets answers that it did not ask for'),
  reason('listed-contact', 2, 'An address on an intelligence list takes part'),
  reason('remote-desktop', 2, 'A remote desktop answers the outside'),
  reason('clear-text-shell', 2, 'A shell without encryption answers the outside'),
  reason('file-server', 2, 'A file server answers the outside'),
  reason('remote-shell', 1, 'A remote shell answers the outside'),
  reason('scan', 1, 'Somebody looks for open services'),
  reason('unanswered', 0, 'Asked from outside, and not answered or refused'),
  reason('unremarkable', 0, 'Nothing about it is remarkable'),
] as const;

function reason<const Name extends string, const Level extends SeverityLevel>(
  name: Name,
  level: Level,
  label: string,
): { readonly name: Name; readonly level: Level; readonly label: string } {
  return { name, level, label };
}
