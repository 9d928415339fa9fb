import type { JSX } from 'preact';
import { SERVICE_CLASSES } from '../../../core/classify/services.ts';
import { muted, soloClass, toggleClass } from '../model/selection.ts';
import { Glyph, LineSample } from './glyph.tsx';
import { number, shortNumber } from './words.ts';

interface RowProps {
  readonly index: number;
  readonly count: number;
}

function LegendRow({ index, count }: RowProps): JSX.Element {
  const label = SERVICE_CLASSES[index]?.label ?? '';
  const shown = !muted.value.has(index);
  return (
    <li class={`legend-row${count === 0 ? ' none' : ''}${shown ? '' : ' muted'}`}>
      <button
        type="button"
        class="legend-toggle"
        aria-pressed={shown}
        aria-label={`${label}, ${number(count)} in the last 15 minutes`}
        title={shown ? `Hide ${label}` : `Show ${label}`}
        onClick={() => toggleClass(index)}
      >
        <Glyph serviceClass={index} />
        <span class="legend-label">{label}</span>
        <LineSample serviceClass={index} />
        <span class="legend-count">{shortNumber(count)}</span>
      </button>
      <button
        type="button"
        class="solo"
        aria-label={`Show only ${label}`}
        title={`Only ${label}`}
        onClick={() => soloClass(index, SERVICE_CLASSES.length)}
      >
        only
      </button>
    </li>
  );
}

/** Service classes with their counts; each can be hidden or shown alone. */
export function Legend({ classes }: { readonly classes: readonly number[] }): JSX.Element {
  return (
    <section class="legend" aria-label="Service classes">
      <h2>
        Services <span class="quiet">last 15 min</span>
      </h2>
      <ul>
        {SERVICE_CLASSES.map((known, index) => (
          <LegendRow key={known.name} index={index} count={classes[index] ?? 0} />
        ))}
      </ul>
    </section>
  );
}
