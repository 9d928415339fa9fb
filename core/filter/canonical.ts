import { type Field, fieldNamed } from './fields.ts';
import type { Condition, Filter, Term, Value } from './filter.ts';
import { networkText } from './network-words.ts';
import { quantityText } from './quantity.ts';

/** A filter with its terms and values in one order, none twice: what filters of one meaning have in common. */
export function canonical(condition: Condition): Filter {
  const tidied = tidy(condition);
  return { text: say(tidied), condition: tidied };
}

function tidy(condition: Condition): Condition {
  if (condition.what === 'words') return condition;
  if (condition.what === 'term') return { ...condition, values: tidyValues(condition) };
  if (condition.what === 'not') {
    const of = tidy(condition.of);
    return of.what === 'not' ? of.of : { what: 'not', of };
  }
  const { what } = condition;
  const flat = condition.of.map(tidy).flatMap((part) => (part.what === what ? part.of : [part]));
  const bySaying = new Map(flat.map((part) => [say(part), part]));
  const of = [...bySaying].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part);
  return of.length === 1 ? (of[0] as Condition) : { what, of };
}

function tidyValues(term: Term): readonly Value[] {
  const field = fieldNamed(term.field);
  const known = term.values.find(({ what }) => what === 'known');
  if (known !== undefined) return [known];
  const ranges = merged(term.values.filter((value) => value.what === 'range'));
  const others = term.values.filter(({ what }) => what !== 'range');
  const bySaying = new Map([...ranges, ...others].map((value) => [sayValue(field, value), value]));
  return [...bySaying].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

type Range = Extract<Value, { what: 'range' }>;

function merged(ranges: readonly Range[]): readonly Range[] {
  const out: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a.min - b.min)) {
    const last = out.at(-1);
    if (last === undefined || range.min > last.max + 1) out.push(range);
    else out[out.length - 1] = { ...last, max: Math.max(last.max, range.max) };
  }
  return out;
}

function say(condition: Condition): string {
  switch (condition.what) {
    case 'words':
      return quoted(condition.text, /^(?:and|or|not)$/);
    case 'term':
      return sayTerm(condition);
    case 'not':
      return `-${bracketed(condition.of, ['all', 'any'])}`;
    case 'all':
      return condition.of.map((part) => bracketed(part, ['any'])).join(' ');
    case 'any':
      return condition.of.map(say).join(' or ');
  }
}

function bracketed(condition: Condition, kinds: readonly Condition['what'][]): string {
  return kinds.includes(condition.what) ? `(${say(condition)})` : say(condition);
}

function sayTerm(term: Term): string {
  const field = fieldNamed(term.field);
  const exact =
    field.texts !== 'country' && term.values.some((value) => value.what === 'text' && value.exact);
  const values = term.values.map((value) => sayValue(field, value)).join(',');
  return `${nameOf(term)}${exact ? '=' : ':'}${values}`;
}

function nameOf({ field, end }: Term): string {
  if (end === 'either') return field;
  const prefix = end === 'initiator' ? 'src' : 'dst';
  return field === 'host' ? prefix : `${prefix}.${field}`;
}

function sayValue(field: Field, value: Value): string {
  switch (value.what) {
    case 'known':
      return '*';
    case 'choice':
      return value.name;
    case 'network':
      return networkText(value.network);
    case 'range':
      return sayRange(field, value);
    case 'text':
      if (field.texts === 'country') return value.text.toUpperCase();
      return quoted(value.text, field.numbers === undefined ? undefined : /^as\d/);
  }
}

function sayRange(field: Field, { min, max }: Range): string {
  if (min === max) return sayNumber(field, min);
  const [opens, ends] = [min === field.numbers?.min, max === field.numbers?.max];
  const from = opens && !ends ? '' : sayNumber(field, min);
  const to = ends && !opens ? '' : sayNumber(field, max);
  return `${from}..${to}`;
}

function sayNumber({ numbers, choices }: Field, value: number): string {
  const name = choices?.find(({ ids }) => ids[0] === value)?.name;
  return name ?? quantityText(value, numbers?.unit ?? 'plain');
}

/** As it is when nothing in it, nor all of it, could be read otherwise. */
function quoted(text: string, otherwise?: RegExp): string {
  const plain = /^[a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)*$/.test(text) && !otherwise?.test(text);
  return plain ? text : `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
