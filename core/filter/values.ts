import { didYouMean } from '../nearest.ts';
import { fail, ok, type Result } from '../result.ts';
import type { Choice } from './choices.ts';
import type { Field } from './fields.ts';
import type { Value } from './filter.ts';
import { foldText } from './fold-text.ts';
import { parseNetwork } from './network-words.ts';
import { parseQuantity, type Unit } from './quantity.ts';

/** How a term compares: `:` and `=` differ only for texts, which are held or equalled. */
export type Operator = ':' | '=' | '<' | '<=' | '>' | '>=';

/** A value as it is written. */
export interface RawValue {
  readonly text: string;
  readonly quoted: boolean;
}

type Numbers = NonNullable<Field['numbers']>;

const MAX_HINTED = 32;
const MAX_LISTED = 14;

/** The value that a text stands for in a field; `detail` of a failure says what is allowed there. */
export function parseValue(
  field: Field,
  operator: Operator,
  { text, quoted }: RawValue,
): Result<Value, 'bad-value'> {
  if (operator !== ':' && operator !== '=') return compared(field, operator, text);
  if (text === '*' && !quoted) {
    return field.known ? ok({ what: 'known' }) : fail('bad-value', allowed(field));
  }
  const choice = field.choices && choiceOf(field.choices, text);
  if (choice !== undefined) return ok(chosen(field, choice));
  if (field.numbers !== undefined && !quoted) {
    const range = rangeOf(field, field.numbers, text);
    if (range !== undefined) return range;
  }
  if (field.texts === undefined) return fail('bad-value', unknownValue(field, text));
  return textOf(field, { text, quoted }, operator === '=');
}

/** Names of a field that takes numbers as well are names of numbers. */
function chosen(field: Field, { name, ids: [id = 0] }: Choice): Value {
  return field.numbers === undefined
    ? { what: 'choice', name }
    : { what: 'range', min: id, max: id };
}

function choiceOf(choices: readonly Choice[], text: string): Choice | undefined {
  const folded = foldText(text);
  return (
    choices.find(({ name }) => name.toLowerCase() === folded) ??
    choices.find(({ label }) => foldText(label) === folded)
  );
}

function textOf(field: Field, raw: RawValue, exact: boolean): Result<Value, 'bad-value'> {
  const text = foldText(raw.text);
  if (text.trim() === '') return fail('bad-value', `${field.name} needs a text to look for`);
  if (field.texts === 'country') {
    if (!/^[a-z]{2}$/.test(text)) return fail('bad-value', allowed(field));
    return ok({ what: 'text', text, exact: true });
  }
  const network = field.texts === 'host' && !raw.quoted ? parseNetwork(raw.text) : undefined;
  if (network !== undefined) return ok({ what: 'network', network });
  return ok({ what: 'text', text, exact });
}

/** `22`, `22..80`, `22..` or `..80`; undefined when it has not the shape of numbers and the field takes texts. */
function rangeOf(
  field: Field,
  numbers: Numbers,
  text: string,
): Result<Value, 'bad-value'> | undefined {
  const dots = text.indexOf('..');
  const [from, to] = dots < 0 ? [text, text] : [text.slice(0, dots), text.slice(dots + 2)];
  const min = from === '' && dots >= 0 ? numbers.min : quantityOf(field, from);
  const max = to === '' && dots >= 0 ? numbers.max : quantityOf(field, to);
  if (min === undefined || max === undefined || (from === '' && to === '')) {
    return field.texts === undefined ? fail('bad-value', unknownValue(field, text)) : undefined;
  }
  if (dots < 0) return within(field, numbers, [Math.round(min), Math.round(max)]);
  if (min > max) return fail('bad-value', `${from} is above ${to}: write the lower one first`);
  return within(field, numbers, [Math.ceil(min), Math.floor(max)]);
}

function compared(
  field: Field,
  operator: Exclude<Operator, ':' | '='>,
  text: string,
): Result<Value, 'bad-value'> {
  const { numbers } = field;
  if (numbers === undefined)
    return fail('bad-value', `${field.name} goes with ":", not "${operator}"`);
  const value = quantityOf(field, text);
  if (value === undefined) return fail('bad-value', unknownValue(field, text));
  const ranges: Readonly<Record<typeof operator, readonly [number, number]>> = {
    '<': [numbers.min, Math.ceil(value) - 1],
    '<=': [numbers.min, Math.floor(value)],
    '>': [Math.floor(value) + 1, numbers.max],
    '>=': [Math.ceil(value), numbers.max],
  };
  return within(field, numbers, ranges[operator]);
}

function quantityOf(field: Field, text: string): number | undefined {
  const named = field.choices && choiceOf(field.choices, text);
  if (named !== undefined) return named.ids[0];
  const bare = field.name === 'as' ? text.replace(/^as(?=\d)/i, '') : text;
  return parseQuantity(bare, (field.numbers as Numbers).unit);
}

/** What of a range the field can have. */
function within(
  field: Field,
  numbers: Numbers,
  [from, to]: readonly [number, number],
): Result<Value, 'bad-value'> {
  const [min, max] = [Math.max(from, numbers.min), Math.min(to, numbers.max)];
  return min <= max ? ok({ what: 'range', min, max }) : fail('bad-value', allowed(field));
}

function unknownValue(field: Field, text: string): string {
  const names = (field.choices ?? []).map(({ name }) => name);
  const hint = text.length <= MAX_HINTED ? didYouMean(text, names) : '';
  const known = hint === '' ? `; ${allowed(field)}` : hint;
  return `${field.name} has no "${text.slice(0, MAX_HINTED)}"${known}`;
}

const UNITS: Readonly<Record<Unit, string>> = {
  plain: '',
  count: ' (10k)',
  bytes: ' (10kb, 1.5mb, 1gib)',
  time: ' (200ms, 5s, 2min, 1h)',
  share: ' (0.8 or 80%)',
};

/** What a field takes, in a sentence's words. */
function allowed(field: Field): string {
  const said: string[] = [];
  const names = (field.choices ?? []).map(({ name }) => name);
  if (names.length > 0) {
    const more = names.length > MAX_LISTED ? `, … ${names.length} in all` : '';
    said.push(`one of ${names.slice(0, MAX_LISTED).join(', ')}${more}`);
  }
  if (field.numbers !== undefined) {
    const { min, max, unit } = field.numbers;
    const bounds = max > 0xffff_ffff ? 'a number' : `a number from ${min} to ${max}`;
    said.push(
      unit === 'bytes' || unit === 'time' ? `a number${UNITS[unit]}` : `${bounds}${UNITS[unit]}`,
    );
  }
  if (field.texts === 'country') said.push('a code of two letters such as CN');
  else if (field.texts !== undefined) said.push('a text');
  if (field.known) said.push('* for any that is known');
  return `${field.name} is ${said.join(', or ')}`;
}
