import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Completion, completions } from '../../../core/filter/completions.ts';
import { MAX_FILTER_CHARS } from '../../../core/filter/filter.ts';
import { parseFilter } from '../../../core/filter/parse.ts';
import { chooseFilter, chosenFilter, filterDraft, filterFault } from '../model/chosen-filter.ts';
import { viewState } from '../model/view-state.ts';
import type { Vocabulary } from '../model/vocabulary.ts';
import { FilterList, optionId } from './filter-list.tsx';
import { filterPieces, shownText } from './filter-words.ts';
import { countryName, number } from './words.ts';

/** Whether a phone shows the bar. */
export const filterOpen = signal(false);

/** A draft that rests this long (ms) and cannot be read is told what is wrong with it. */
const FAULT_AFTER_MS = 900;
const LIST = 'filter-list';

/** The text as it looks, under the transparent text of the field. */
function Looks({ text, shift }: { readonly text: string; readonly shift: number }): JSX.Element {
  return (
    <div class="filter-looks" aria-hidden="true">
      <span style={{ transform: `translateX(${-shift}px)` }}>
        {filterPieces(text).map((piece, index) => (
          <span key={index} class={`piece-${piece.kind}`}>
            {piece.text}
          </span>
        ))}
      </span>
    </div>
  );
}

/** What is wrong, under the character where it goes wrong. */
function Fault({ shift }: { readonly shift: number }): JSX.Element | null {
  const fault = filterFault.value;
  if (!fault) return null;
  return (
    <p class="filter-fault sheet" id="filter-fault" role="alert">
      <span
        class="filter-caret"
        aria-hidden="true"
        style={{ transform: `translateX(calc(${fault.column - 1}ch - ${shift}px))` }}
      >
        ▴
      </span>
      <span class="filter-detail">
        Character {fault.column}: {fault.detail}
      </span>
    </p>
  );
}

/** How many of the rows held the filter lets through, and the way out of it. */
function Shown({ clear }: { readonly clear: () => void }): JSX.Element | null {
  const held = viewState.value?.held;
  if (chosenFilter.value.text === '' && filterDraft.value === '') return null;
  return (
    <>
      {held && chosenFilter.value.text !== '' && (
        <span class="filter-count" title="Rows that the filter lets through, of those held">
          {shownText(held.events, held.filtered, number)} shown
        </span>
      )}
      <button type="button" class="filter-clear" aria-label="Clear the filter" onClick={clear}>
        <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
          <path d="M3 3l6 6M9 3l-6 6" fill="none" stroke="currentColor" stroke-width="1.4" />
        </svg>
      </button>
    </>
  );
}

interface Bar {
  readonly field: { current: HTMLInputElement | null };
  readonly options: readonly Completion[];
  readonly active: number;
  readonly shift: number;
  readonly setActive: (index: number) => void;
  readonly look: () => void;
  readonly close: () => void;
  readonly accept: (option: Completion) => void;
}

/** What can be completed at the cursor, and what is chosen of it. */
function useBar(vocabulary: Vocabulary): Bar {
  const field = useRef<HTMLInputElement | null>(null);
  const cursor = useRef<number | undefined>(undefined);
  const [options, setOptions] = useState<readonly Completion[]>([]);
  const [active, setActive] = useState(-1);
  const [shift, setShift] = useState(0);
  const look = (): void => {
    const input = field.current;
    if (!input) return;
    setShift(input.scrollLeft);
    setActive(-1);
    const at = input.selectionStart ?? input.value.length;
    const found = completions(input.value, at, vocabulary.seen(countryName));
    // What is there already is nothing to offer.
    setOptions(found.filter(({ insert, from, to }) => input.value.slice(from, to) !== insert));
  };
  const accept = ({ insert, from, to }: Completion): void => {
    const { value } = filterDraft;
    const open = insert.endsWith(':') || to < value.length;
    filterDraft.value = `${value.slice(0, from)}${insert}${open ? '' : ' '}${value.slice(to)}`;
    cursor.current = from + insert.length + (open ? 0 : 1);
    setActive(-1);
    field.current?.focus();
  };
  useLayoutEffect(() => {
    if (cursor.current === undefined) return;
    field.current?.setSelectionRange(cursor.current, cursor.current);
    cursor.current = undefined;
    look();
  });
  const close = (): void => {
    setOptions([]);
    setActive(-1);
  };
  return { field, options, active, shift, setActive, look, close, accept };
}

/** Says what is wrong with a draft once it rests; one that can be read has nothing wrong. */
function useFaults(): void {
  const draft = filterDraft.value;
  useEffect(() => {
    const parsed = parseFilter(draft);
    if (parsed.ok) filterFault.value = undefined;
    const timer = setTimeout(() => {
      if (!parsed.ok) filterFault.value = parsed;
    }, FAULT_AFTER_MS);
    return () => clearTimeout(timer);
  }, [draft]);
}

/** `/` anywhere goes to the filter. */
function useSlash(field: { current: HTMLInputElement | null }): void {
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLElement && event.target.matches('input, textarea');
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      filterOpen.value = true;
      field.current?.focus();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, [field]);
}

/** Takes a key for the bar; true when it was one. */
function takeKey(key: string, bar: Bar, clear: () => void): boolean {
  const { options, active, setActive } = bar;
  const option = options[active];
  switch (key) {
    case 'ArrowDown':
      if (options.length === 0) bar.look();
      else setActive((active + 1) % options.length);
      return true;
    case 'ArrowUp':
      setActive(active <= 0 ? options.length - 1 : active - 1);
      return true;
    case 'Enter':
      if (option) bar.accept(option);
      else {
        chooseFilter(filterDraft.value.trim());
        bar.close();
      }
      return true;
    case 'Escape':
      if (option) setActive(-1);
      else if (filterDraft.value !== '') clear();
      else bar.field.current?.blur();
      return true;
    default:
      return false;
  }
}

/** The filter: a text with completions, what is wrong with it, and how much it lets through. */
export function FilterBar({ vocabulary }: { readonly vocabulary: Vocabulary }): JSX.Element {
  const bar = useBar(vocabulary);
  const { field, options, active, shift } = bar;
  useFaults();
  useSlash(field);
  const clear = (): void => {
    chooseFilter('');
    bar.close();
    field.current?.focus();
  };
  const expanded = options.length > 0;
  return (
    <search class={`filter${filterOpen.value ? ' open' : ''}`}>
      <div class="filter-box">
        <div class="filter-text">
          <Looks text={filterDraft.value} shift={shift} />
          <input
            ref={field}
            type="text"
            role="combobox"
            aria-label="Filter"
            aria-expanded={expanded}
            aria-controls={LIST}
            aria-autocomplete="list"
            aria-activedescendant={active >= 0 ? optionId(active) : undefined}
            aria-invalid={filterFault.value !== undefined}
            aria-describedby={filterFault.value ? 'filter-fault' : undefined}
            placeholder="Filter, e.g. country:CN class:ssh"
            title="Press / to filter"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            maxLength={MAX_FILTER_CHARS}
            value={filterDraft.value}
            onInput={(event) => {
              filterDraft.value = event.currentTarget.value;
              bar.look();
            }}
            onScroll={bar.look}
            onClick={bar.look}
            onFocus={bar.look}
            onBlur={() => {
              bar.close();
              chooseFilter(filterDraft.value.trim());
            }}
            onKeyDown={(event) => {
              if (takeKey(event.key, bar, clear)) {
                event.preventDefault();
                event.stopPropagation();
              }
            }}
          />
        </div>
        <Shown clear={clear} />
      </div>
      {expanded && <FilterList id={LIST} options={options} active={active} accept={bar.accept} />}
      {!expanded && <Fault shift={shift} />}
    </search>
  );
}

/** On phones the bar is behind a button, which shows that a filter is in force. */
export function FilterButton(): JSX.Element {
  const on = chosenFilter.value.text !== '';
  return (
    <button
      type="button"
      class={`icon filter-button${on ? ' on' : ''}`}
      aria-expanded={filterOpen.value}
      aria-label={on ? 'Filter, in force' : 'Filter'}
      onClick={() => {
        filterOpen.value = !filterOpen.value;
      }}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path d="M2 4h12M4.5 8h7M7 12h2" fill="none" stroke="currentColor" stroke-width="1.3" />
      </svg>
    </button>
  );
}
