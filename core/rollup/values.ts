import { SERVICES } from '../classify/services.ts';
import type { LearntName } from '../fold/names.ts';
import { KEY_SEPARATOR } from './fold.ts';
import type { Rollup } from './rollup.ts';
import { addSums, isNothing, noSums, type Sums } from './sums.ts';
import { type Entry, Tally } from './tally.ts';

/** What a rollup can be asked by; `host` is an endpoint's learnt name, or its address. */
export const VIEWS = [
  ...(['totals', 'class', 'service', 'country', 'direction', 'severity'] as const),
  ...(['sensor', 'as', 'network', 'endpoint', 'host'] as const),
] as const;
export type View = (typeof VIEWS)[number];

/** What is known of one value of a view: at least `atLeast`, and at most `error` more. */
export interface Value {
  /** What tells it from others: 'ssh', 'DE', '203.0.113.0/24', a site; '' where it is not known. */
  readonly name: string;
  readonly atLeast: Readonly<Sums>;
  readonly error: Readonly<Sums>;
  /** Sensors, for operators: the probe's id. */
  readonly probe?: string;
  /** Of views by AS: 0 where it is not known. */
  readonly asn?: number;
  readonly organisation?: string;
  /** Of networks, endpoints and hosts: times (ms) of the first and last row, as far as it is listed. */
  readonly firstSeen?: number;
  readonly lastSeen?: number;
  /** The name that an endpoint's address was last seen to have. */
  readonly host?: LearntName;
}

/** The values of a view, those with most connections and findings first, and what values that are not listed have. */
export interface Values {
  readonly values: readonly Value[];
  readonly rest: Readonly<Sums>;
}

/** What a rollup tells by a view; of the totals there are no values. A public rollup tells networks for endpoints. */
export function valuesOf(rollup: Rollup, view: Exclude<View, 'totals'>): Values {
  const tally = tallyOf(rollup, view);
  const timed = view === 'network' || view === 'endpoint' || view === 'host';
  const values = [...tally.entries].map(([key, entry]): Value => {
    const { sums, error, first, last } = entry;
    return {
      ...describe(rollup, view, key),
      atLeast: sums,
      error,
      ...(timed ? { firstSeen: first, lastSeen: last } : {}),
    };
  });
  return { values: values.sort(byCount), rest: tally.rest };
}

/** Key of a value, the same in all rollups. */
export function keyOf({ name, probe = '', organisation = '' }: Value): string {
  return [name, probe, organisation].join(KEY_SEPARATOR);
}

function tallyOf(rollup: Rollup, view: Exclude<View, 'totals'>): Tally {
  const { tallies, names } = rollup;
  if (view === 'class') return regrouped(tallies.service, classOf);
  if (view === 'as') return tallies.system;
  if (view !== 'endpoint' && view !== 'host') return tallies[view];
  if (isEmpty(tallies.endpoint)) return tallies.network;
  if (view === 'endpoint') return tallies.endpoint;
  return regrouped(tallies.endpoint, (address) => names.get(address)?.name ?? address);
}

/** A tally by something that several keys have in common: keys that are not listed may have it as well. */
function regrouped(tally: Tally, keyOfGroup: (key: string) => string): Tally {
  const groups = new Tally();
  const entries = new Map<string, Entry>();
  for (const [key, { sums, first, last }] of tally.entries) {
    const group = keyOfGroup(key);
    const entry = entries.get(group) ?? {
      sums: noSums(),
      error: { ...tally.rest },
      first,
      last,
    };
    addSums(entry.sums, sums);
    entry.first = Math.min(entry.first, first);
    entry.last = Math.max(entry.last, last);
    entries.set(group, entry);
  }
  groups.restore({ entries, rest: tally.rest, floor: tally.rest });
  return groups;
}

function describe(rollup: Rollup, view: View, key: string): Pick<Value, 'name'> & Partial<Value> {
  const [first = '', second = ''] = key.split(KEY_SEPARATOR);
  if (view === 'sensor') return second === '' ? { name: first } : { name: first, probe: second };
  if (view === 'as') return { name: asText(first), asn: Number(first), organisation: second };
  const host = view === 'endpoint' ? rollup.names.get(key) : undefined;
  return host === undefined ? { name: key } : { name: key, host };
}

function asText(asn: string): string {
  return asn === '' ? '' : `AS${asn}`;
}

function classOf(service: string): string {
  return SERVICES.find(({ name }) => name === service)?.class ?? 'other';
}

function byCount(a: Value, b: Value): number {
  const count = ({ atLeast }: Value): number => atLeast.connections + atLeast.findings;
  return count(b) - count(a) || b.atLeast.bytes - a.atLeast.bytes || (a.name < b.name ? -1 : 1);
}

function isEmpty({ entries, rest }: Tally): boolean {
  return entries.size === 0 && isNothing(rest);
}
