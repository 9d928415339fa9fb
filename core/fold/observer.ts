import type { ProbeTag } from '../event/table.ts';

/** What a sensor is called when it is said who saw something: its probe id, or where that may not be told its site. */
export function observerOf({ probe, site }: ProbeTag): string {
  return probe === '' ? site : probe;
}
