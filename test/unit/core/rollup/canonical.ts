import { decodeRollup, encodeRollup } from '../../../../core/rollup/codec.ts';
import type { Rollup } from '../../../../core/rollup/rollup.ts';

/** All that a rollup keeps, as plain data in a fixed order: equal for equal rollups. */
export function canonical(rollup: Rollup): unknown {
  const sorted = <V>(map: ReadonlyMap<string, V>): readonly (readonly [string, V])[] =>
    [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    rows: rollup.rows,
    withheld: rollup.withheld,
    incomplete: rollup.incomplete,
    totals: rollup.totals,
    counters: sorted(rollup.counters),
    tallies: Object.entries(rollup.tallies).map(([dimension, { entries, rest, floor }]) => ({
      dimension,
      entries: sorted(entries),
      rest,
      floor,
    })),
    sources: [...rollup.sources.registers()],
    conversations: [...rollup.conversations.registers()],
    names: sorted(rollup.names),
    campaigns: rollup.campaigns,
    moreCampaigns: rollup.moreCampaigns,
  };
}

/** A rollup as it comes back from where it was stored. */
export function stored(rollup: Rollup): Rollup {
  const decoded = decodeRollup(encodeRollup(rollup));
  if (!decoded.ok) throw new Error(`${decoded.reason}: ${decoded.detail}`);
  return decoded.value;
}
