import type { JSX } from 'preact';
import type { ViewState } from '../model/view-state.ts';
import { explainSilence } from './stages.ts';

const STATE_WORDS = {
  working: 'working',
  silent: 'silent',
  refusing: 'refusing',
  unknown: 'asking',
} as const;

/** What an empty map owes its reader: which stage is silent, and what to do. */
export function EmptyState({ state }: { readonly state: ViewState }): JSX.Element | null {
  if (state.held.events + state.held.filtered > 0) return null;
  return (
    <section class="empty sheet" aria-label="Why the map is empty">
      <h2>Nothing has arrived yet</h2>
      <ol>
        {explainSilence(state).map((report) => (
          <li key={report.name} class={`stage stage-${report.state}`}>
            <span class="stage-name">{report.name}</span>
            <span class="stage-state">{STATE_WORDS[report.state]}</span>
            <span class="stage-words">{report.words}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
