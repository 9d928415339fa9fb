import { z } from 'zod';
import { BEHAVIOURS } from '../../core/classify/behaviours.ts';
import { SEVERITY_NAMES } from '../../core/classify/severity-reasons.ts';
import { type Campaign, type Count, campaignsOf } from '../../core/fold/campaigns.ts';
import { GRAIN_MS } from '../../core/rollup/period.ts';
import { moment, oneOf, wholeNumber } from './parameters.ts';
import type { HttpPorts } from './ports.ts';
import type { Problem } from './request.ts';
import { readRange } from './rollup-range.ts';
import { tooMany, wholePeriods } from './rollups.ts';
import { CACHE, type Call, defineRoute, type Routed } from './route.ts';

const NAMES = BEHAVIOURS.slice(1).map(({ name }) => name) as [string, ...string[]];

const time = z.number().describe('ms since the epoch.');
const texts = z.array(z.string());
const COUNT = z.strictObject({
  count: z.int().min(0),
  exact: z.boolean().describe('False: there are at least so many.'),
}) satisfies z.ZodType<Count>;
const CAMPAIGN = z.strictObject({
  id: z.string(),
  behaviour: z.string(),
  label: z.string(),
  technique: z
    .strictObject({ id: z.string(), name: z.string() })
    .optional()
    .describe('Of MITRE ATT&CK.'),
  severity: z.enum(SEVERITY_NAMES),
  reasons: texts.describe('Why it is as grave, for people.'),
  source: z.string().describe('Network or pseudonym; empty where it may not be told.'),
  victim: z.string().describe('Whom a flood or reflection hits; empty of others.'),
  home: z.boolean().describe('Its source is inside the home networks.'),
  firstSeen: time,
  lastSeen: time,
  sources: texts,
  sourceCount: COUNT,
  targets: texts,
  targetCount: COUNT,
  ports: z.array(z.number()),
  services: texts,
  sensors: texts,
  sites: texts,
  countries: texts,
  systems: texts,
  findings: COUNT,
  evidence: COUNT.describe('Sum of what its findings counted, see counted.'),
  evidenceMost: z.number().describe('Of the finding that has most.'),
  counted: z.string().describe('What evidence counts: ports, hosts, attempts, answers.'),
  confidence: z.number().min(0).max(100),
});
type CampaignAnswer = z.infer<typeof CAMPAIGN>;

/** GET /v1/campaigns: findings that belong together, across probes. */
export const CAMPAIGNS = defineRoute({
  path: '/v1/campaigns',
  summary: 'Campaigns of a time',
  description:
    'Findings of one behaviour and one source network, or of one victim, that follow each other within an hour, whichever sensors told them. Campaigns that touch the range, the latest first. Of each hour and log the gravest are kept; `more` says when there were others.',
  parameters: {
    from: moment().describe(
      'Start of the range, rounded down to an hour. A day ago when not given.',
    ),
    to: moment().describe('End of the range, rounded up to an hour. Now when not given.'),
    behaviour: oneOf(NAMES).optional().describe('Only campaigns of this behaviour.'),
    limit: wholeNumber({ min: 1, max: 1_000, fallback: 100 }).describe('Campaigns at most.'),
  },
  answers: {
    'application/json': z.strictObject({
      from: time,
      to: time,
      at: time,
      campaigns: z.array(CAMPAIGN),
      more: z.boolean().describe('There are more than are listed here.'),
      complete: z.boolean().describe('No segment of the range is known to be missing.'),
    }),
  },
  handle: answerCampaigns,
});

interface CampaignsParameters {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly behaviour?: string | undefined;
  readonly limit: number;
}

async function answerCampaigns(
  { audience, parameters }: Call<CampaignsParameters>,
  ports: HttpPorts,
): Promise<Routed | Problem> {
  const { behaviour, limit } = parameters;
  const at = ports.now();
  const range = wholePeriods(parameters, 'hour', at);
  if ('problem' in range) return range;
  // What touches the range may have been told in the hours before and after it as well.
  const wider = { from: Math.max(0, range.from - GRAIN_MS.hour), to: range.to + GRAIN_MS.hour };
  const read = await readRange(
    { audience, grain: 'hour', ...wider },
    ['totals', 'campaigns'],
    ports,
  );
  if (read === 'too-many') return tooMany();
  const rollups = [...read.periods.values()];
  const found = campaignsOf(rollups.flatMap(({ campaigns }) => campaigns)).filter(
    (campaign) =>
      campaign.firstSeen < range.to &&
      campaign.lastSeen >= range.from &&
      (behaviour === undefined || campaign.behaviour.name === behaviour),
  );
  return {
    answer: {
      ...range,
      at,
      campaigns: found.slice(0, limit).map(told),
      more: found.length > limit || rollups.some(({ moreCampaigns }) => moreCampaigns),
      complete: isComplete(range, read),
    },
    cacheControl: CACHE.sums,
  };
}

function isComplete(
  range: { readonly from: number; readonly to: number },
  read: Exclude<Awaited<ReturnType<typeof readRange>>, 'too-many'>,
): boolean {
  for (let start = range.from; start < range.to; start += GRAIN_MS.hour) {
    if (!read.isWhole(start) || (read.periods.get(start)?.incomplete ?? 0) > 0) return false;
  }
  return true;
}

function told(campaign: Campaign): CampaignAnswer {
  const { behaviour, technique, severity, evidenceSum, ...rest } = campaign;
  return {
    ...rest,
    behaviour: behaviour.name,
    label: behaviour.label,
    counted: behaviour.counted,
    ...(technique === undefined ? {} : { technique }),
    severity: SEVERITY_NAMES[severity.level],
    reasons: severity.reasons.map(({ label }) => label),
    evidence: evidenceSum,
    sources: [...campaign.sources],
    targets: [...campaign.targets],
    ports: [...campaign.ports],
    services: [...campaign.services],
    sensors: [...campaign.sensors],
    sites: [...campaign.sites],
    countries: [...campaign.countries],
    systems: [...campaign.systems],
  };
}
