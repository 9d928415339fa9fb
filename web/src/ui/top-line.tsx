import type { JSX } from 'preact';
import { theme, toggleTheme } from '../model/theme.ts';
import { type ViewState, viewState } from '../model/view-state.ts';
import type { Vocabulary } from '../model/vocabulary.ts';
import { FilterBar, FilterButton } from './filter-bar.tsx';
import { mapOnly, toggleMapOnly } from './map-only.ts';
import { digest, durationText, number, provenanceWords, samplingWords } from './words.ts';

/** The mark: one arc from a point to a ringed point. */
function Mark(): JSX.Element {
  return (
    <svg class="mark" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path
        d="M4 17C6 7 14 5 19 8"
        fill="none"
        stroke="currentColor"
        stroke-width="1.6"
        stroke-linecap="round"
      />
      <circle cx="4" cy="17" r="1.8" fill="currentColor" />
      <circle cx="19" cy="8" r="3" fill="none" stroke="currentColor" stroke-width="1.4" />
    </svg>
  );
}

function Provenance({ state }: { readonly state: ViewState }): JSX.Element | null {
  const words = provenanceWords(state.provenance);
  if (words.length === 0) return null;
  return (
    <span class="badge" title="Where the events of the last 15 minutes come from">
      {words.join(' + ')}
      {state.sampling > 1 && `, ${samplingWords(state.sampling)}`}
    </span>
  );
}

const LINE_WORDS = {
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Reconnecting',
  stopped: 'Stopped',
} as const;

function lineTitle(state: ViewState): string {
  const recovered = state.recovered > 0 ? ` ${number(state.recovered)} fetched after a hole.` : '';
  const problems =
    state.problems > 0 ? ` ${number(state.problems)} messages or requests went wrong.` : '';
  return `Segments that no longer exist anywhere: ${number(state.missed)}.${recovered}${problems}`;
}

/** A map that updates less often than this, ms, says so. */
const SLOW_TICK_MS = 2_000;

function Line({ state }: { readonly state: ViewState }): JSX.Element {
  const behind = Number.isNaN(state.behindMs) ? '' : `${durationText(state.behindMs)} behind`;
  return (
    <span class={`line line-${state.line}`} title={lineTitle(state)}>
      <span class="dot" aria-hidden="true" />
      <span>{LINE_WORDS[state.line]}</span>
      {state.line === 'live' && behind && <span class="wide quiet">{behind}</span>}
      {state.line === 'live' && state.tickMs > SLOW_TICK_MS && (
        <span
          class="wide quiet"
          title="With so many viewers, the operator's budget for them allows a frame only so often. Nothing is left out."
        >
          updates every {Math.round(state.tickMs / 1000)} s
        </span>
      )}
      {state.delayMs > 0 && (
        <span class="badge" title="The public sees everything so much later than it happens">
          delayed by {durationText(state.delayMs)}
        </span>
      )}
      <span class="wide quiet">missed {number(state.missed)}</span>
    </span>
  );
}

function ThemeButton(): JSX.Element {
  const dark = theme.value === 'dark';
  return (
    <button
      type="button"
      class="icon"
      onClick={toggleTheme}
      aria-label={dark ? 'Use the light theme' : 'Use the dark theme'}
      title={dark ? 'Light theme' : 'Dark theme'}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <circle cx="8" cy="8" r="5.2" fill="none" stroke="currentColor" stroke-width="1.3" />
        <path d="M8 2.8a5.2 5.2 0 0 1 0 10.4Z" fill="currentColor" />
      </svg>
    </button>
  );
}

function MapOnlyButton(): JSX.Element {
  return (
    <button
      type="button"
      class="icon"
      onClick={toggleMapOnly}
      aria-pressed={mapOnly.value}
      aria-label="Show only the map"
      title="Only the map (m)"
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path
          d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10"
          fill="none"
          stroke="currentColor"
          stroke-width="1.3"
        />
      </svg>
    </button>
  );
}

/** The 44 px line: who this is, what is happening, and how true it is. */
export function TopLine({
  title,
  vocabulary,
}: {
  readonly title: string;
  readonly vocabulary: Vocabulary;
}): JSX.Element {
  const state = viewState.value;
  return (
    <header class="top-line">
      <h1>
        <Mark />
        {title}
      </h1>
      <FilterBar vocabulary={vocabulary} />
      <p class="digest">{state && digest(state)}</p>
      <div class="truth">
        {state?.audience === 'operator' && <span class="badge">Operator</span>}
        {state && <Provenance state={state} />}
        {state && <Line state={state} />}
        <FilterButton />
        <ThemeButton />
        <MapOnlyButton />
      </div>
    </header>
  );
}
