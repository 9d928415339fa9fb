import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { MapSurface } from '../map/surface.ts';
import type { Feed } from '../model/feed.ts';
import { viewState } from '../model/view-state.ts';
import type { Vocabulary } from '../model/vocabulary.ts';
import { Announcer } from './announcer.tsx';
import { Counters } from './counters.tsx';
import { Credits, Note } from './credits.tsx';
import { EmptyState } from './empty-state.tsx';
import { FeedPanel } from './feed-panel.tsx';
import { Legend } from './legend.tsx';
import { mapOnly, toggleMapOnly } from './map-only.ts';
import { Handle, sheetStop } from './sheet.tsx';
import { TopLine } from './top-line.tsx';

/** The map engine that draws, undefined while there is none. */
export const engine = signal<MapSurface['engine'] | undefined>(undefined);

/** Why there is no map, '' when there is one. */
export const mapTrouble = signal('');

function MapTrouble(): JSX.Element | null {
  if (mapTrouble.value === '') return null;
  return (
    <section class="trouble sheet" role="alert">
      <h2>The map cannot be drawn</h2>
      <p>{mapTrouble.value}</p>
      <p>Counters and feed go on without it.</p>
    </section>
  );
}

/** Everything that floats over the map. */
export function App({
  title,
  feed,
  vocabulary,
}: {
  readonly title: string;
  readonly feed: Feed;
  readonly vocabulary: Vocabulary;
}): JSX.Element {
  const state = viewState.value;
  return (
    <div class={`app stop-${sheetStop.value}`}>
      <TopLine title={title} vocabulary={vocabulary} />
      <div class="panels">
        <Handle />
        <aside class="side sheet" aria-label="Counters and legend">
          {state && <Counters state={state} />}
          {state && <Legend classes={state.classes} />}
          <Note />
        </aside>
        <div class="dock sheet">
          <FeedPanel feed={feed} />
        </div>
      </div>
      <Credits engine={engine.value} />
      {state && mapTrouble.value === '' && <EmptyState state={state} />}
      <MapTrouble />
      {mapOnly.value && (
        <button type="button" class="back sheet" onClick={toggleMapOnly}>
          Show panels
        </button>
      )}
      <Announcer />
    </div>
  );
}
