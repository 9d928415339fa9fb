import { BEHAVIOURS, type Behaviour, type Technique } from '../classify/behaviours.ts';
import { SERVICES } from '../classify/services.ts';
import { type Severity, severityOfBits } from '../classify/severity.ts';
import type { BoundedSet } from './bounded-set.ts';
import { CAMPAIGN_GAP_MS, type CampaignPartial, mergePartials } from './campaign-partials.ts';
import { hashText } from './hash.ts';

/** How many there are: exactly, or at least. */
export interface Count {
  readonly count: number;
  readonly exact: boolean;
}

/** Findings of one behaviour and one source network, or of one victim, that follow each other, whichever probes told them. */
export interface Campaign {
  /** 16 hex digits; that of a campaign that goes on stays while its beginning is known. */
  readonly id: string;
  readonly behaviour: Behaviour;
  /** MITRE's name for it, by whether its source is outside the home networks; undefined for none. */
  readonly technique: Technique | undefined;
  /** The network or pseudonym it comes from; '' of a flood or reflection, or where it may not be told. */
  readonly source: string;
  /** Whom a flood or reflection hits; '' of other behaviours. */
  readonly victim: string;
  /** A sensor found the source inside its home networks. */
  readonly home: boolean;
  /** ms since the epoch. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** The first of their labels, and how many were told. */
  readonly sources: readonly string[];
  readonly sourceCount: Count;
  /** Targets that findings name: each names one, however many it counted. */
  readonly targets: readonly string[];
  readonly targetCount: Count;
  readonly ports: readonly number[];
  /** Names in SERVICES. */
  readonly services: readonly string[];
  /** Probe ids, in public site labels: who was hit or saw it. */
  readonly sensors: readonly string[];
  readonly sites: readonly string[];
  /** Of the sources. */
  readonly countries: readonly string[];
  /** 'AS64500 Organisation'. */
  readonly systems: readonly string[];
  /** Distinct findings, not how often they were told. */
  readonly findings: Count;
  /** Evidence of the finding that has most, and of all together, at least; what it counts `behaviour.counted` says. */
  readonly evidenceMost: number;
  readonly evidenceSum: Count;
  /** Of the surest finding, 0…100. */
  readonly confidence: number;
  readonly severity: Severity;
}

/** The campaigns that partials make, latest first. */
export function campaignsOf(
  partials: readonly CampaignPartial[],
  gapMs: number = CAMPAIGN_GAP_MS,
): readonly Campaign[] {
  return mergePartials(partials, [], gapMs)
    .map(campaignOf)
    .sort((a, b) => b.lastSeen - a.lastSeen || (a.id < b.id ? -1 : 1));
}

function campaignOf(partial: CampaignPartial): Campaign {
  const { behaviour: id, source, victim, home, firstSeen, lastSeen, moreFindings } = partial;
  const behaviour = BEHAVIOURS[id] ?? (BEHAVIOURS[0] as Behaviour);
  const evidence = partial.findings.reduce((sum, [, most]) => sum + most, 0);
  return {
    id: hashText(`${partial.key}\n${firstSeen}`),
    behaviour,
    technique: home ? behaviour.inside : behaviour.outside,
    source,
    victim,
    home,
    firstSeen,
    lastSeen,
    sources: partial.sources.kept,
    sourceCount: countOf(partial.sources),
    targets: partial.targets.kept,
    targetCount: countOf(partial.targets),
    ports: partial.ports.kept.map(Number).sort((a, b) => a - b),
    services: partial.services.kept.map((kept) => SERVICES[Number(kept)]?.name ?? 'unknown').sort(),
    sensors: partial.sensors.kept,
    sites: partial.sites.kept,
    countries: partial.countries.kept,
    systems: partial.systems.kept,
    findings: { count: partial.findings.length, exact: !moreFindings },
    evidenceMost: partial.evidenceMost,
    evidenceSum: { count: evidence, exact: !moreFindings },
    confidence: partial.confidence,
    severity: severityOfBits(partial.reasons),
  };
}

function countOf({ kept, more }: BoundedSet): Count {
  return { count: kept.length, exact: !more };
}
