import { z } from 'zod';
import type { PeriodAnswer, RollupsAnswer } from '../../core/rollup/answer.ts';
import { answerOf } from '../../core/rollup/answer.ts';
import type { Section } from '../../core/rollup/codec.ts';
import { GRAIN_MS, GRAINS, type Grain } from '../../core/rollup/period.ts';
import { type Value, VIEWS, type View } from '../../core/rollup/values.ts';
import { COUNTERS } from './answers.ts';
import { moment, oneOf, wholeNumber } from './parameters.ts';
import type { HttpPorts } from './ports.ts';
import { fail, type Problem } from './request.ts';
import { readRange } from './rollup-range.ts';
import { CACHE, type Call, defineRoute, type Routed } from './route.ts';

const MAX_PERIODS = 1_500;
/** Values of all periods together. */
const MAX_VALUES = 30_000;
const DEFAULT_MS: Readonly<Record<Grain, number>> = {
  minute: GRAIN_MS.hour,
  hour: GRAIN_MS.day,
  day: 30 * GRAIN_MS.day,
};

const count = z.number().min(0);
const time = z.number().describe('ms since the epoch.');
const SUMS = {
  connections: count.describe('Flows seen to open.'),
  findings: count.describe('Rows that tell of one: a probe tells one that goes on again.'),
  packets: count,
  bytes: count,
};
const ESTIMATE = z.strictObject({
  estimate: count,
  error: count.describe('Standard error: 95 of 100 estimates are within twice this.'),
});
const VALUE = z.strictObject({
  name: z.string().describe('Empty where it is not known.'),
  atLeast: z.strictObject(SUMS),
  error: z.strictObject(SUMS).describe('At most this much more; 0 for what is exact.'),
  probe: z.string().optional(),
  asn: z.number().optional(),
  organisation: z.string().optional(),
  firstSeen: time.optional(),
  lastSeen: time.optional(),
  host: z
    .strictObject({ name: z.string(), source: z.string(), at: time })
    .optional()
    .describe('The name learnt last, the service in whose traffic it was read, and when.'),
}) satisfies z.ZodType<Value>;
const SUMMED_UP = {
  rows: count,
  withheld: count.describe('Rows that the audience does not get.'),
  incomplete: count.describe('Segments that are missing because they expired or cannot be read.'),
  ...SUMS,
  counters: COUNTERS.optional(),
  sources: ESTIMATE.optional().describe('Distinct sources outside the home networks.'),
  conversations: ESTIMATE.optional().describe('One that several probes saw is one.'),
  rest: z.strictObject(SUMS).optional().describe('All values that are not shown.'),
};
const PERIOD = z.strictObject({
  start: time,
  complete: z.boolean(),
  ...SUMMED_UP,
  values: z.array(VALUE).optional(),
}) satisfies z.ZodType<PeriodAnswer>;
const perSecond = z.strictObject({ connections: count, bytes: count });

/** GET /v1/rollups: what the rows of each minute, hour or day of a range add up to. */
export const ROLLUPS = defineRoute({
  path: '/v1/rollups',
  summary: 'Sums by minute, hour or day',
  description:
    'What the rows of each period of a range, and of all of it, add up to, up to the newest segment. A row counts in the period of its own time, a finding in that in which it was last seen; late ones correct old periods. Values of which there are many are told with bounds: a true sum lies between atLeast and atLeast + error. Periods without rows are left out unless something of them may be missing.',
  parameters: {
    from: moment().describe('Start of the range, rounded down to a period.'),
    to: moment().describe('End of the range, rounded up to a period. Now when not given.'),
    grain: oneOf(GRAINS, 'minute').describe(
      'Length of the periods, UTC. Minutes are kept for 90 days, hours for 400, days for ever.',
    ),
    by: oneOf(VIEWS, 'totals').describe(
      'What to group by. An endpoint is an address, a host its learnt name; for the public both are networks.',
    ),
    limit: wholeNumber({ min: 1, max: 1_000, fallback: 10 }).describe(
      'Values at most: those with most connections and findings in the whole range.',
    ),
  },
  answers: {
    'application/json': z.strictObject({
      grain: z.enum(GRAINS),
      by: z.enum(VIEWS),
      from: time,
      to: time,
      at: time.describe('When it was read, ms since the epoch.'),
      complete: z.boolean().describe('All periods have ended and miss nothing that is known of.'),
      periods: z.array(PERIOD),
      total: z.strictObject({
        ...SUMMED_UP,
        values: z.array(VALUE.extend({ perSecond })).optional(),
      }),
      cursor: z.record(z.string(), z.number()).describe('Last segment of each log in the answer.'),
    }) satisfies z.ZodType<RollupsAnswer>,
  },
  handle: answerRollups,
});

interface RollupsParameters {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly grain: Grain;
  readonly by: View;
  readonly limit: number;
}

async function answerRollups(
  { audience, parameters }: Call<RollupsParameters>,
  ports: HttpPorts,
): Promise<Routed | Problem> {
  const { grain, by, limit } = parameters;
  const at = ports.now();
  const range = wholePeriods(parameters, grain, at);
  if ('problem' in range) return range;
  const periods = (range.to - range.from) / GRAIN_MS[grain];
  if (by !== 'totals' && periods * limit > MAX_VALUES) {
    const most = Math.floor(MAX_VALUES / periods);
    const message = `limit of ${limit} is too high for ${periods} periods. Use at most ${most}, a coarser grain or a shorter range.`;
    return fail(400, 'bad-limit', message);
  }
  const read = await readRange({ audience, grain, ...range }, sectionsOf(by), ports);
  if (read === 'too-many') return tooMany();
  const answer = answerOf({ grain, by, limit, ...range, at, ...read });
  return { answer, cacheControl: CACHE.sums };
}

/** A range of whole periods, or what to ask for instead of one that is too long. */
export function wholePeriods(
  asked: { readonly from?: number | undefined; readonly to?: number | undefined },
  grain: Grain,
  now: number,
): { readonly from: number; readonly to: number } | Problem {
  const length = GRAIN_MS[grain];
  const to = Math.ceil((asked.to ?? now + 1) / length) * length;
  const from = Math.floor((asked.from ?? Math.max(0, to - DEFAULT_MS[grain])) / length) * length;
  if (to <= from) return fail(400, 'bad-range', 'to is not after from. Correct one of them.');
  const periods = (to - from) / length;
  if (periods <= MAX_PERIODS) return { from, to };
  const fitting = GRAINS.find((other) => (to - from) / GRAIN_MS[other] <= MAX_PERIODS);
  const advice =
    fitting === undefined
      ? `Ask for at most ${MAX_PERIODS} days at once.`
      : `Use grain=${fitting}, or a shorter range.`;
  const message = `The range has ${periods} periods of a ${grain}, more than ${MAX_PERIODS}. ${advice}`;
  return fail(400, 'range-too-long', message);
}

/** What to say about a range with more rollups than one answer may read. */
export function tooMany(): Problem {
  const message =
    'The range has more rollups than one answer reads: there are many logs. Use a coarser grain or a shorter range.';
  return fail(400, 'range-too-long', message);
}

function sectionsOf(by: View): readonly Section[] {
  if (by === 'totals') return ['totals', 'sketches'];
  if (by === 'as') return ['totals', 'systems'];
  if (by === 'network') return ['totals', 'networks'];
  // The public has networks only.
  if (by === 'endpoint' || by === 'host') return ['totals', 'endpoints', 'networks'];
  return ['totals', 'groups'];
}
