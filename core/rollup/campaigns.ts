import { levelOfBits } from '../classify/severity.ts';
import { type BoundedSet, boundedSet } from '../fold/bounded-set.ts';
import type { CampaignPartial } from '../fold/campaign-partials.ts';

/** Of each list in a kept campaign, so many: a rollup is to stay small. */
const KEPT = 12;
const SETS = [
  ...(['sources', 'targets', 'ports', 'services'] as const),
  ...(['sensors', 'sites', 'countries', 'systems'] as const),
] as const;

/** The gravest campaigns, `limit` of them, sorted by key and time; among equals those with most evidence. Lists are cut. */
export function keepCampaigns(
  campaigns: readonly CampaignPartial[],
  limit: number,
): readonly CampaignPartial[] {
  const kept =
    campaigns.length <= limit ? campaigns : [...campaigns].sort(byGravity).slice(0, limit);
  return [...kept].sort(byKey).map(cut);
}

function byGravity(a: CampaignPartial, b: CampaignPartial): number {
  return (
    levelOfBits(b.reasons) - levelOfBits(a.reasons) ||
    b.evidenceMost - a.evidenceMost ||
    byKey(a, b)
  );
}

function byKey(a: CampaignPartial, b: CampaignPartial): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return a.firstSeen - b.firstSeen;
}

function cut(partial: CampaignPartial): CampaignPartial {
  const sets = Object.fromEntries(SETS.map((name) => [name, cutSet(partial[name])])) as Record<
    (typeof SETS)[number],
    BoundedSet
  >;
  return {
    ...partial,
    ...sets,
    findings: partial.findings.slice(0, KEPT),
    moreFindings: partial.moreFindings || partial.findings.length > KEPT,
  };
}

function cutSet(set: BoundedSet): BoundedSet {
  if (set.kept.length <= KEPT) return set;
  return { kept: boundedSet(set.kept, KEPT).kept, more: true };
}
