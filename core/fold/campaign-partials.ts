import { BEHAVIOURS } from '../classify/behaviours.ts';
import { reasonColumn } from '../classify/severity.ts';
import { DIRECTION, EVENT_KIND } from '../event/kinds.ts';
import type { Endpoint, EventTable, Place, ProbeTag, System } from '../event/table.ts';
import { networkOfLabel } from '../redact/network.ts';
import { type BoundedSet, boundedSet, joinSets } from './bounded-set.ts';
import { hashText } from './hash.ts';
import { observerOf } from './observer.ts';

/** Findings may be so far apart and still be of one campaign, ms. */
export const CAMPAIGN_GAP_MS = 3_600_000;

/** What part of the segments tells of one campaign: plain data, for stores and wires. */
export interface CampaignPartial {
  /** What makes findings one campaign, but for their times: behaviour, and source network or victim. */
  readonly key: string;
  /** Id in BEHAVIOURS. */
  readonly behaviour: number;
  /** The /24, /48 or pseudonym that findings are joined by; '' where they are joined by the victim or the source is not told. */
  readonly source: string;
  /** The victim that findings are joined by, of floods and reflections, whose sources are many or forged; '' otherwise. */
  readonly victim: string;
  /** A sensor found the source inside its home networks. */
  readonly home: boolean;
  /** ms since the epoch. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** Labels of sources and targets as findings told them: of a scan, a finding tells one target of many. */
  readonly sources: BoundedSet;
  readonly targets: BoundedSet;
  /** Decimal; findings about several ports tell none. */
  readonly ports: BoundedSet;
  /** Names in SERVICES are left to the reader: decimal ids. */
  readonly services: BoundedSet;
  /** Probe ids, in public site labels; and sites. */
  readonly sensors: BoundedSet;
  readonly sites: BoundedSet;
  /** Of the sources: ISO 3166-1 alpha-2, and 'AS64500 Organisation'. */
  readonly countries: BoundedSet;
  readonly systems: BoundedSet;
  /** Evidence of each finding by its identity, sorted by that: the most it was told with, since a probe tells it again as it grows. */
  readonly findings: readonly (readonly [identity: string, evidence: number])[];
  /** There are more findings than are kept. */
  readonly moreFindings: boolean;
  /** Of the one finding that has most, among all. */
  readonly evidenceMost: number;
  /** 0…100. */
  readonly confidence: number;
  /** Bits of REASONS. */
  readonly reasons: number;
}

/** How many of each the partial of a campaign keeps. */
const KEPT = {
  sources: 32,
  targets: 32,
  ports: 32,
  services: 16,
  sensors: 64,
  sites: 64,
  countries: 16,
  systems: 16,
} as const;
const SETS = Object.keys(KEPT) as (keyof typeof KEPT)[];
const MOST_FINDINGS = 64;

/** Behaviours that are one campaign by whom they hit. */
const BY_VICTIM = new Set(['syn-flood', 'reflection']);

/** What a table's findings, or those whose byte in `mask` is not 0, tell of campaigns, joined already where they are near. */
export function campaignPartials(table: EventTable, mask?: Uint8Array): readonly CampaignPartial[] {
  const partials: CampaignPartial[] = [];
  const rows = findingRows(table).filter((row) => mask?.[row] !== 0);
  if (rows.length === 0) return partials;
  const reasons = reasonColumn(table);
  for (const i of rows) partials.push(partialOf(table, i, reasons[i] as number));
  return mergePartials(partials, []);
}

/**
 * Joins partials of the same key that are no more than `gapMs` apart. Associative, commutative and idempotent as long as
 * the gap stays the same, so segments, shards and hours may be joined in any order and more than once.
 */
export function mergePartials(
  some: readonly CampaignPartial[],
  others: readonly CampaignPartial[],
  gapMs: number = CAMPAIGN_GAP_MS,
): readonly CampaignPartial[] {
  const byKey = new Map<string, CampaignPartial[]>();
  for (const partial of [...some, ...others]) {
    const same = byKey.get(partial.key);
    if (same === undefined) byKey.set(partial.key, [partial]);
    else same.push(partial);
  }
  const merged: CampaignPartial[] = [];
  for (const key of [...byKey.keys()].sort()) {
    mergeNear(byKey.get(key) as CampaignPartial[], gapMs, merged);
  }
  return merged;
}

function mergeNear(same: CampaignPartial[], gapMs: number, into: CampaignPartial[]): void {
  same.sort((a, b) => a.firstSeen - b.firstSeen || a.lastSeen - b.lastSeen);
  let open: CampaignPartial | undefined;
  for (const partial of same) {
    if (open !== undefined && partial.firstSeen - open.lastSeen <= gapMs) {
      open = join(open, partial);
      continue;
    }
    if (open !== undefined) into.push(open);
    open = partial;
  }
  if (open !== undefined) into.push(open);
}

function join(one: CampaignPartial, other: CampaignPartial): CampaignPartial {
  const sets = Object.fromEntries(
    SETS.map((name) => [name, joinSets(one[name], other[name], KEPT[name])]),
  ) as Pick<CampaignPartial, keyof typeof KEPT>;
  return {
    key: one.key,
    behaviour: one.behaviour,
    source: one.source,
    victim: one.victim,
    home: one.home || other.home,
    firstSeen: Math.min(one.firstSeen, other.firstSeen),
    lastSeen: Math.max(one.lastSeen, other.lastSeen),
    ...sets,
    ...joinFindings(one, other),
    evidenceMost: Math.max(one.evidenceMost, other.evidenceMost),
    confidence: Math.max(one.confidence, other.confidence),
    reasons: one.reasons | other.reasons,
  };
}

function joinFindings(
  one: CampaignPartial,
  other: CampaignPartial,
): Pick<CampaignPartial, 'findings' | 'moreFindings'> {
  const evidence = new Map(one.findings);
  for (const [identity, most] of other.findings) {
    evidence.set(identity, Math.max(evidence.get(identity) ?? 0, most));
  }
  const findings = [...evidence].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    findings: findings.slice(0, MOST_FINDINGS),
    moreFindings: one.moreFindings || other.moreFindings || findings.length > MOST_FINDINGS,
  };
}

function findingRows(table: EventTable): number[] {
  const rows: number[] = [];
  for (let i = 0; i < table.length; i++) if (table.kind[i] === EVENT_KIND.finding) rows.push(i);
  return rows;
}

function partialOf(table: EventTable, i: number, reasons: number): CampaignPartial {
  const number = (column: ArrayLike<number>): number => column[i] as number;
  const source = table.endpoints[number(table.initiator)] as Endpoint;
  const target = table.endpoints[number(table.responder)] as Endpoint;
  const tag = table.tags[number(table.tag)] as ProbeTag;
  const system = table.systems[source.system] as System;
  const behaviour = number(table.behaviour);
  const port = number(table.responderPort);
  const identity = identityOf(table, i);
  const name = BEHAVIOURS[behaviour]?.name ?? '';
  const byVictim = BY_VICTIM.has(name) && target.label !== '';
  const by = byVictim
    ? { source: '', victim: target.label }
    : { source: networkOfLabel(source.label), victim: '' };
  const joined = by.source + by.victim;
  const direction = number(table.direction);
  return {
    // Sources that may not be told cannot be told apart either: each finding stays for itself.
    key: `${behaviour} ${byVictim ? 'victim' : 'source'} ${joined === '' ? `#${identity}` : joined}`,
    behaviour,
    ...by,
    home: direction === DIRECTION.outbound || direction === DIRECTION.internal,
    firstSeen: number(table.time),
    lastSeen: number(table.time) + number(table.durationMs),
    sources: one(source.label),
    targets: one(target.label),
    ports: one(port === 0 ? '' : String(port)),
    services: one(number(table.service) === 0 ? '' : String(number(table.service))),
    sensors: one(observerOf(tag)),
    sites: one(tag.site),
    countries: one((table.places[source.place] as Place).country),
    systems: one(system.asn === 0 ? '' : `AS${system.asn} ${system.organisation}`.trim()),
    findings: [[identity, number(table.evidence)]],
    moreFindings: false,
    evidenceMost: number(table.evidence),
    confidence: number(table.confidence),
    reasons,
  };
}

function one(text: string): BoundedSet {
  return boundedSet(text === '' ? [] : [text], 1);
}

/** A finding that goes on keeps when it began, its ends and its port; what tells it again grows. */
function identityOf(table: EventTable, i: number): string {
  const { probe, boot, site } = table.tags[table.tag[i] as number] as ProbeTag;
  const [from, to] = [table.initiator[i] as number, table.responder[i] as number];
  return hashText(
    [
      probe,
      boot,
      site,
      table.behaviour[i],
      table.time[i],
      table.endpoints[from]?.label,
      table.endpoints[to]?.label,
      table.responderPort[i],
      table.protocol[i],
    ].join('\n'),
  );
}
