import { signal } from '@preact/signals';
import { type Filter, type FilterError, NO_FILTER } from '../../../core/filter/filter.ts';
import { parseFilter } from '../../../core/filter/parse.ts';

const PARAMETER = 'filter';

/** The filter as its reader wrote it. */
export const filterDraft = signal('');
/** The filter in force: the last that was understood. */
export const chosenFilter = signal<Filter>(NO_FILTER);
/** What is wrong with the draft, once its reader is done with it. */
export const filterFault = signal<FilterError | undefined>(undefined);

/** Takes a text as the filter in force; false, with the fault said, when it is none. */
export function chooseFilter(text: string): boolean {
  filterDraft.value = text;
  const parsed = parseFilter(text);
  filterFault.value = parsed.ok ? undefined : parsed;
  if (parsed.ok && parsed.value.text !== chosenFilter.value.text) chosenFilter.value = parsed.value;
  return parsed.ok;
}

/** The filter that an address asks for. */
export function filterInAddress(address: string): string {
  return new URL(address).searchParams.get(PARAMETER) ?? '';
}

/** The address with a filter in it, or without one. */
export function addressWithFilter(address: string, text: string): string {
  const url = new URL(address);
  if (text === '') url.searchParams.delete(PARAMETER);
  else url.searchParams.set(PARAMETER, text);
  return url.href;
}
