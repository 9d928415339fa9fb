import { END_NAMES, END_PREFIXES, FIELD_NAMES, FIELDS, type Field } from './fields.ts';
import { MAX_FILTER_CHARS } from './filter.ts';
import { foldText } from './fold-text.ts';

/** A value that was seen, and what to call it. */
export interface SeenValue {
  readonly value: string;
  readonly label: string;
}

/** What the data has shown so far, most frequent first: what no closed set can tell. */
export interface SeenValues {
  readonly countries: readonly SeenValue[];
  readonly cities: readonly SeenValue[];
  readonly organisations: readonly SeenValue[];
  readonly sensors: readonly SeenValue[];
  readonly lists: readonly SeenValue[];
}

/** A text that may stand in place of characters `from` to `to` of a filter. */
export interface Completion {
  readonly insert: string;
  readonly label: string;
  readonly from: number;
  readonly to: number;
}

const MAX_COMPLETIONS = 12;
const WORD = /[^\s()|]*$/;
const REST = /^[^\s()|",]*/;
const FIELD_BEFORE = /^([a-z][a-z0-9.-]*)(?:!=|[<>]=?|[:=][<>]?=?)/i;

/**
 * What may be written at `cursor`: names of fields, or values of the field that stands before it. Those that begin with
 * what is there already come first, then those that hold it. Nothing inside quotes.
 */
export function completions(text: string, cursor: number, seen: SeenValues): readonly Completion[] {
  if (text.length > MAX_FILTER_CHARS) return [];
  const before = text.slice(0, cursor);
  if (withinQuotes(before)) return [];
  const word = (WORD.exec(before)?.[0] ?? '').replace(/^-+/, '');
  const to = cursor + (REST.exec(text.slice(cursor))?.[0].length ?? 0);
  const [head, name = ''] = FIELD_BEFORE.exec(word) ?? [];
  if (head === undefined) return pick(fieldNames(), word, { from: cursor - word.length, to });
  const typed = word.slice(head.length).split(',').at(-1) ?? '';
  const values = valuesOf(name.toLowerCase(), seen);
  return pick(values, typed, { from: cursor - typed.length, to });
}

function withinQuotes(before: string): boolean {
  return (before.replace(/\\./g, '').split('"').length & 1) === 0;
}

function pick(
  all: readonly SeenValue[],
  typed: string,
  range: { readonly from: number; readonly to: number },
): readonly Completion[] {
  const wanted = foldText(typed);
  const rank = ({ value, label }: SeenValue): number => {
    if (foldText(value).startsWith(wanted)) return 0;
    const folded = foldText(`${value} ${label}`);
    if (folded.includes(` ${wanted}`)) return 1;
    return folded.includes(wanted) ? 2 : 3;
  };
  const ranked = all.map((entry) => ({ entry, at: rank(entry) })).filter(({ at }) => at < 3);
  ranked.sort((a, b) => a.at - b.at);
  return ranked
    .slice(0, MAX_COMPLETIONS)
    .map(({ entry }) => ({ insert: entry.value, label: entry.label, ...range }));
}

function fieldNames(): readonly SeenValue[] {
  const own = FIELDS.map(({ name, label }) => ({ value: `${name}:`, label }));
  const ends = Object.entries(END_NAMES).map(([name, end]) => ({
    value: `${name}:`,
    label: `Address, network or name of the ${end}`,
  }));
  const prefixed = Object.entries(END_PREFIXES).flatMap(([prefix, end]) =>
    FIELDS.filter(({ ofEnd, name }) => ofEnd && name !== 'host').map(({ name, label }) => ({
      value: `${prefix}${name}:`,
      label: `${label.replace('an end', `the ${end}`)}`,
    })),
  );
  return [...own.slice(0, 1), ...ends, ...own.slice(1), ...prefixed];
}

function valuesOf(name: string, seen: SeenValues): readonly SeenValue[] {
  if (Object.hasOwn(END_NAMES, name)) return [];
  const bare = name.replace(/^(?:src|dst)\./, '');
  const field = FIELD_NAMES.get(bare);
  if (field === undefined) return [];
  const closed = (field.choices ?? []).map((choice) => ({
    value: choice.name,
    label: choice.label,
  }));
  const known = field.known ? [{ value: '*', label: 'Any that is known' }] : [];
  return [...closed, ...seenOf(field, seen).map(quoted), ...known];
}

function seenOf({ name }: Field, seen: SeenValues): readonly SeenValue[] {
  switch (name) {
    case 'country':
      return seen.countries;
    case 'city':
      return seen.cities;
    case 'as':
    case 'org':
      return seen.organisations;
    case 'sensor':
    case 'site':
      return seen.sensors;
    case 'listed':
      return seen.lists;
    default:
      return [];
  }
}

function quoted({ value, label }: SeenValue): SeenValue {
  const plain = /^[^\s()|",\\*-][^\s()|",\\*]*$/.test(value);
  return { value: plain ? value : `"${value.replace(/[\\"]/g, '\\$&')}"`, label };
}
