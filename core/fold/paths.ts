import type { Endpoint, ProbeTag } from '../event/table.ts';
import type { HeldSegment } from './held-segment.ts';
import { observerOf } from './observer.ts';
import type { StatePath } from './state-types.ts';

/** A probe tells all hops of one trace at once: what is older than the last of them by more is another trace, ms. */
const ONE_TRACE_MS = 5_000;

interface ToldHop {
  readonly ttl: number;
  readonly label: string;
  readonly roundTripMs: number;
  readonly at: number;
}

/** The last trace of every probe to every target, by probe and target. */
export function pathsOf(segments: readonly HeldSegment[]): StatePath[] {
  const told = new Map<string, { from: string; to: string; hops: ToldHop[] }>();
  for (const { table, traceRows } of segments) {
    for (const i of traceRows) {
      const from = observerOf(table.tags[table.tag[i] as number] as ProbeTag);
      const to = (table.endpoints[table.responder[i] as number] as Endpoint).label;
      const { label } = table.endpoints[table.initiator[i] as number] as Endpoint;
      const key = `${from}\n${to}`;
      const path = told.get(key) ?? { from, to, hops: [] };
      told.set(key, path);
      path.hops.push({
        ttl: table.initiatorPort[i] as number,
        label,
        roundTripMs: table.durationMs[i] as number,
        at: table.time[i] as number,
      });
    }
  }
  const keys = [...told.keys()].sort();
  return keys.map((key) =>
    lastTrace(told.get(key) as { from: string; to: string; hops: ToldHop[] }),
  );
}

function lastTrace({ from, to, hops }: { from: string; to: string; hops: ToldHop[] }): StatePath {
  const at = hops.reduce((latest, hop) => Math.max(latest, hop.at), 0);
  const byTtl = new Map<number, ToldHop>();
  for (const hop of hops) {
    if (at - hop.at > ONE_TRACE_MS) continue;
    const known = byTtl.get(hop.ttl);
    if (known === undefined || compareHops(hop, known) < 0) byTtl.set(hop.ttl, hop);
  }
  const last = [...byTtl.values()].sort((a, b) => a.ttl - b.ttl);
  return {
    from,
    to,
    at,
    hops: last.map(({ ttl, label, roundTripMs }) => ({ ttl, label, roundTripMs })),
  };
}

/** Of two answers at one TTL the later, then the one whose label sorts first, then the faster. */
function compareHops(one: ToldHop, other: ToldHop): number {
  if (one.at !== other.at) return other.at - one.at;
  if (one.label !== other.label) return one.label < other.label ? -1 : 1;
  return one.roundTripMs - other.roundTripMs;
}
