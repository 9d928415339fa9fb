import { type CampaignPartial, mergePartials } from '../fold/campaign-partials.ts';
import type { LearntName } from '../fold/names.ts';
import { keepCampaigns } from './campaigns.ts';
import type { Grain } from './period.ts';
import { DistinctSketch } from './sketch.ts';
import { addSums, noSums, type Sums } from './sums.ts';
import { Tally } from './tally.ts';

/** What rows are grouped by, each with keys of its own; see `fold.ts` for which row counts where. */
export const DIMENSIONS = [
  'service',
  'country',
  'direction',
  'severity',
  'sensor',
  'system',
  'network',
  'endpoint',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** What all rows of a period add up to, for one audience. */
export interface Rollup {
  /** Rows told, those folded into others included, and rows held back from this audience. */
  rows: number;
  withheld: number;
  readonly totals: Sums;
  /** Segments that should be in here and could not be read: expired, or of another version. */
  incomplete: number;
  /** Losses and refusals by reason. */
  readonly counters: Map<string, number>;
  readonly tallies: Readonly<Record<Dimension, Tally>>;
  /** Who asked: initiators outside the home networks, as the audience may tell them apart. */
  readonly sources: DistinctSketch;
  /** Conversations: one that several probes saw is one. */
  readonly conversations: DistinctSketch;
  /** By address, the name learnt last; operator only. */
  readonly names: Map<string, LearntName>;
  /** What findings tell of campaigns; only rollups of hours keep it. */
  campaigns: readonly CampaignPartial[];
  /** Campaigns were dropped for graver ones. */
  moreCampaigns: boolean;
}

/** How many keys a rollup may list by dimension, and how many names and campaigns it may know. */
export type Capacity = Readonly<Record<Dimension | 'names' | 'campaigns', number>>;

/** A dimension whose keys few or no one can make up: never full as things are, and bounded all the same. */
const LOW = 512;

/** Capacities by grain: an item of a minute stays near 8 KB, of an hour or a day near 30 KB. */
export const CAPACITIES: Readonly<Record<Grain, Capacity>> = {
  minute: capacity(40, 0),
  hour: capacity(192, 48),
  day: capacity(256, 0),
};

/** What answers over many periods may list. */
export const MERGED_CAPACITY: Capacity = capacity(4_096, 1_000);

/** A rollup of nothing. */
export function emptyRollup(): Rollup {
  return {
    rows: 0,
    withheld: 0,
    totals: noSums(),
    incomplete: 0,
    counters: new Map(),
    tallies: {
      service: new Tally(),
      country: new Tally(),
      direction: new Tally(),
      severity: new Tally(),
      sensor: new Tally(),
      system: new Tally(),
      network: new Tally(),
      endpoint: new Tally(),
    },
    sources: new DistinctSketch(),
    conversations: new DistinctSketch(),
    names: new Map(),
    campaigns: [],
    moreCampaigns: false,
  };
}

/** Adds all of `more` to `into`, which then lists no more than `capacity`. Exact sums come out the same in any order. */
export function mergeRollup(into: Rollup, more: Rollup, capacity: Capacity): void {
  into.rows += more.rows;
  into.withheld += more.withheld;
  into.incomplete += more.incomplete;
  addSums(into.totals, more.totals);
  for (const [name, count] of more.counters) addCounter(into, name, count);
  for (const dimension of DIMENSIONS) {
    into.tallies[dimension].merge(more.tallies[dimension], capacity[dimension]);
  }
  into.sources.merge(more.sources);
  into.conversations.merge(more.conversations);
  for (const [address, learnt] of more.names) learnName(into, address, learnt);
  limitNames(into, capacity.names);
  mergeCampaigns(into, more, capacity.campaigns);
}

/** Adds to a counter; beyond MAX_COUNTERS names, to that of all others. */
export function addCounter(rollup: Rollup, name: string, count: number): void {
  const known = rollup.counters.has(name) || rollup.counters.size < MAX_COUNTERS;
  const under = known ? name : OTHER_COUNTERS;
  rollup.counters.set(under, (rollup.counters.get(under) ?? 0) + count);
}

/** Learns a name of an address unless a later one is known. */
export function learnName(rollup: Rollup, address: string, learnt: LearntName): void {
  const known = rollup.names.get(address);
  if (known === undefined || isLater(learnt, known)) rollup.names.set(address, learnt);
}

/** Reasons are a closed set of some dozens. */
const MAX_COUNTERS = 256;
const OTHER_COUNTERS = 'other';

function capacity(keys: number, campaigns: number): Capacity {
  const low = { service: LOW, country: LOW, direction: LOW, severity: LOW, sensor: LOW };
  return { ...low, system: keys, network: keys, endpoint: keys, names: keys, campaigns };
}

function mergeCampaigns(into: Rollup, more: Rollup, limit: number): void {
  if (limit === 0 || more.campaigns.length === 0) return;
  const all = mergePartials(into.campaigns, more.campaigns);
  into.campaigns = keepCampaigns(all, limit);
  into.moreCampaigns ||= more.moreCampaigns || into.campaigns.length < all.length;
}

/** Of two at once the one whose name sorts first, as NameBook has it, so that their order does not matter. */
function isLater(a: LearntName, b: LearntName): boolean {
  if (a.at !== b.at) return a.at > b.at;
  return a.name === b.name ? a.source < b.source : a.name < b.name;
}

/** Names of listed endpoints stay first, then those learnt last. */
function limitNames({ names, tallies }: Rollup, limit: number): void {
  if (names.size <= limit) return;
  const { entries } = tallies.endpoint;
  const rank = (address: string): number => (entries.has(address) ? 0 : 1);
  const sorted = [...names].sort(
    ([a, one], [b, other]) => rank(a) - rank(b) || other.at - one.at || (a < b ? -1 : 1),
  );
  for (const [address] of sorted.slice(limit)) names.delete(address);
}
