/** Something that someone should look at. */
export interface Alarm {
  /** What kind it is and of what, such as `interface-silent eth0`. */
  readonly name: string;
  /** Wall-clock time at which it was raised, ms since the epoch. */
  readonly since: number;
  readonly message: string;
  /** What to do. */
  readonly remedy: string;
}

/** Something that is wrong at the moment, or is still wrong for one that is raised. */
export interface Condition {
  readonly name: string;
  readonly message: string;
  readonly remedy: string;
  /** Only keeps an alarm that is raised already: between the two limits of a hysteresis. */
  readonly onlyKeeps?: boolean;
  /** How long it must be over before the alarm is cleared, ms. */
  readonly clearsAfterMs: number;
}
