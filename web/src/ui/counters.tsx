import type { JSX } from 'preact';
import { MAX_SOURCES } from '../model/activity.ts';
import { CURVE_BINS, type ViewState } from '../model/view-state.ts';
import { CURVE_SIZE, curvePath } from './curve.ts';
import { minuteText, number, shortNumber } from './words.ts';

interface CounterProps {
  readonly value: string;
  readonly label: string;
  readonly window: string;
  readonly title?: string;
}

function Counter({ value, label, window, title }: CounterProps): JSX.Element {
  return (
    <div class="counter" title={title}>
      <dd>{value}</dd>
      <dt>
        {label} <span class="window">{window}</span>
      </dt>
    </div>
  );
}

function Curve({ bins }: { readonly bins: readonly number[] }): JSX.Element {
  const path = curvePath(bins);
  return (
    <svg
      class="curve"
      viewBox={`0 0 ${CURVE_SIZE.width} ${CURVE_SIZE.height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Connections over the last 15 minutes in ${CURVE_BINS} steps`}
    >
      <path
        class="curve-area"
        d={`${path}L${CURVE_SIZE.width} ${CURVE_SIZE.height}L0 ${CURVE_SIZE.height}Z`}
      />
      <path class="curve-line" d={path} vector-effect="non-scaling-stroke" />
    </svg>
  );
}

/** The large light numbers, each with its window. */
export function Counters({ state }: { readonly state: ViewState }): JSX.Element {
  const { minute, quarter, held } = state;
  const since = Number.isNaN(held.since) ? '' : `since ${minuteText(held.since)}`;
  const atLeast = quarter.more || quarter.sources >= MAX_SOURCES ? '+' : '';
  const sources = `${shortNumber(quarter.sources)}${atLeast}`;
  const withheld =
    held.withheld > 0 ? `${number(held.withheld)} rows are withheld from this audience` : undefined;
  return (
    <section class="counters" aria-label="Counters">
      <dl class="first">
        <Counter
          value={number(minute.connections)}
          label="connections"
          window="in the last minute"
        />
      </dl>
      <Curve bins={state.curve} />
      <dl class="rest">
        <Counter value={shortNumber(quarter.connections)} label="connections" window="15 min" />
        <Counter
          value={shortNumber(held.connections)}
          label="held"
          window={since}
          title={withheld ?? ''}
        />
        <Counter
          value={sources}
          label="sources"
          window="15 min"
          title={atLeast && 'At least: many connections are told as one, without their sources'}
        />
        <Counter value={shortNumber(quarter.countries)} label="countries" window="15 min" />
      </dl>
    </section>
  );
}
