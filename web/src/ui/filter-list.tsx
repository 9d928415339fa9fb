// biome-ignore-all lint/a11y/useSemanticElements: the list of a combobox is no <select>
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus stays in the combobox, which names the active option
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Completion } from '../../../core/filter/completions.ts';

/** Id of an option, for the combobox to name. */
export function optionId(index: number): string {
  return `filter-option-${index}`;
}

/** What the filter can be completed with. */
export function FilterList(props: {
  readonly id: string;
  readonly options: readonly Completion[];
  readonly active: number;
  readonly accept: (option: Completion) => void;
}): JSX.Element {
  const { id, options, active, accept } = props;
  const list = useRef<HTMLDivElement | null>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <div ref={list} id={id} class="filter-list sheet" role="listbox" aria-label="Completions">
      {options.map((option, index) => (
        <div
          key={option.insert}
          id={optionId(index)}
          role="option"
          aria-selected={index === active}
          class={index === active ? 'active' : ''}
          // The field keeps the focus.
          onPointerDown={(event) => {
            event.preventDefault();
            accept(option);
          }}
        >
          <span class="filter-insert">{option.insert}</span>
          <span class="filter-label">{option.label}</span>
        </div>
      ))}
    </div>
  );
}
