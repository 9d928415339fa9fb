import { readCounts, writeCounts } from '../bytes/columns.ts';
import { Reader } from '../bytes/reader.ts';
import { readTexts, writeTexts } from '../bytes/texts.ts';
import { toCount, Writer } from '../bytes/writer.ts';
import { fail, ok, type Result } from '../result.ts';
import { readCounters, writeCounters } from '../segment/counters-codec.ts';
import { readCampaigns, writeCampaigns } from './campaign-codec.ts';
import { emptyRollup, type Rollup } from './rollup.ts';
import { readSketch, writeSketch } from './sketch-codec.ts';
import { SUM_NAMES } from './sums.ts';
import type { Tally } from './tally.ts';
import { readTally, type Timed, writeTally } from './tally-codec.ts';

/** Version of every section's layout; a reader refuses any other. */
const ROLLUP_VERSION = 1;

/** Parts of a rollup that are stored and read apart, so that who asks by country reads no address. */
export const SECTIONS = [
  'totals',
  'groups',
  'systems',
  'networks',
  'endpoints',
  'sketches',
  'campaigns',
] as const;
export type Section = (typeof SECTIONS)[number];

/** Why bytes are not a section. */
export type SectionError = 'bad-version' | 'truncated' | 'bad-value';

/** A rollup's sections, encoded and to be compressed outside; one that holds nothing is left out. */
export function encodeRollup(rollup: Rollup): ReadonlyMap<Section, Uint8Array> {
  const sections = SECTIONS.filter((section) => LAYOUTS[section].holds(rollup));
  return new Map(sections.map((section) => [section, encodeSection(rollup, section)]));
}

/** The rollup in some of its sections; what the others hold is nothing in it. Never throws. */
export function decodeRollup(
  sections: ReadonlyMap<Section, Uint8Array>,
): Result<Rollup, SectionError> {
  const rollup = emptyRollup();
  for (const [section, bytes] of sections) {
    const reader = new Reader(bytes);
    const version = reader.u8();
    if (reader.failure === undefined && version !== ROLLUP_VERSION) {
      return fail('bad-version', `${section}: version ${version}`);
    }
    LAYOUTS[section].read(reader, rollup);
    if (reader.left > 0) reader.reject('bad-value');
    if (reader.failure !== undefined) {
      return fail(reader.failure, `${section}: byte ${reader.position}`);
    }
  }
  return ok(rollup);
}

function encodeSection(rollup: Rollup, section: Section): Uint8Array {
  const writer = new Writer();
  writer.u8(ROLLUP_VERSION);
  LAYOUTS[section].write(writer, rollup);
  return writer.finish();
}

interface Layout {
  readonly holds: (rollup: Rollup) => boolean;
  readonly write: (writer: Writer, rollup: Rollup) => void;
  readonly read: (reader: Reader, rollup: Rollup) => void;
}

type Tallies = { -readonly [D in keyof Rollup['tallies']]: Tally };

/** A section of tallies alone. */
function tallies(names: readonly (keyof Tallies)[], timed: Timed): Layout {
  return {
    holds: (rollup) => names.some((name) => rollup.tallies[name].entries.size > 0),
    write: (writer, rollup) => {
      for (const name of names) writeTally(writer, rollup.tallies[name], timed);
    },
    read: (reader, rollup) => {
      for (const name of names) (rollup.tallies as Tallies)[name] = readTally(reader, timed);
    },
  };
}

const ENDPOINTS = tallies(['endpoint'], 'timed');

const LAYOUTS: Readonly<Record<Section, Layout>> = {
  totals: { holds: () => true, write: writeTotals, read: readTotals },
  groups: tallies(['service', 'country', 'direction', 'severity', 'sensor'], 'untimed'),
  systems: tallies(['system'], 'untimed'),
  networks: tallies(['network'], 'timed'),
  endpoints: {
    holds: (rollup) => rollup.tallies.endpoint.entries.size + rollup.names.size > 0,
    write: (writer, rollup) => {
      ENDPOINTS.write(writer, rollup);
      writeNames(writer, rollup);
    },
    read: (reader, rollup) => {
      ENDPOINTS.read(reader, rollup);
      readNames(reader, rollup);
    },
  },
  sketches: {
    holds: (rollup) => !(rollup.sources.empty && rollup.conversations.empty),
    write: (writer, rollup) => {
      writeSketch(writer, rollup.sources);
      writeSketch(writer, rollup.conversations);
    },
    read: (reader, rollup) => {
      rollup.sources.merge(readSketch(reader));
      rollup.conversations.merge(readSketch(reader));
    },
  },
  campaigns: {
    holds: (rollup) => rollup.campaigns.length > 0,
    write: (writer, rollup) => {
      writer.u8(rollup.moreCampaigns ? 1 : 0);
      writeCampaigns(writer, rollup.campaigns);
    },
    read: (reader, rollup) => {
      rollup.moreCampaigns = reader.u8() === 1;
      rollup.campaigns = readCampaigns(reader);
    },
  },
};

function writeTotals(writer: Writer, rollup: Rollup): void {
  writer.varint(toCount(rollup.rows));
  writer.varint(toCount(rollup.withheld));
  writer.varint(toCount(rollup.incomplete));
  for (const name of SUM_NAMES) writer.varint(toCount(rollup.totals[name]));
  writeCounters(writer, Object.fromEntries(rollup.counters));
}

function readTotals(reader: Reader, rollup: Rollup): void {
  rollup.rows = reader.varint();
  rollup.withheld = reader.varint();
  rollup.incomplete = reader.varint();
  for (const name of SUM_NAMES) rollup.totals[name] = reader.varint();
  for (const [name, count] of Object.entries(readCounters(reader))) {
    rollup.counters.set(name, count);
  }
}

function writeNames(writer: Writer, { names }: Rollup): void {
  const sorted = [...names].sort(([a], [b]) => (a < b ? -1 : 1));
  writer.varint(sorted.length);
  writeTexts(
    writer,
    sorted.flatMap(([address, { name, source }]) => [address, name, source]),
  );
  writeCounts(
    writer,
    Float64Array.from(sorted, ([, { at }]) => toCount(at)),
  );
}

function readNames(reader: Reader, { names }: Rollup): void {
  const count = reader.varint(reader.left);
  const texts = readTexts(reader, count * 3);
  const at = readCounts(reader, count);
  if (reader.failure !== undefined) return;
  for (let i = 0; i < count; i++) {
    const [address = '', name = '', source = ''] = texts.slice(3 * i, 3 * i + 3);
    names.set(address, { name, source, at: at[i] as number });
  }
}
