import type { Field } from './fields.ts';
import type { Value } from './filter.ts';

/** Whether a folded text is one that any of the values asks for. */
export function textTest(values: readonly Value[]): (text: string) => boolean {
  const texts = values.filter((value) => value.what === 'text');
  const known = values.some(({ what }) => what === 'known');
  return (text) =>
    (known && text !== '') ||
    texts.some((value) => (value.exact ? text === value.text : text.includes(value.text)));
}

/** Numbers that a member of a field's closed set stands for; none for any other value. */
export function choiceIds(field: Field, value: Value): readonly number[] {
  if (value.what !== 'choice') return [];
  return field.choices?.find(({ name }) => name === value.name)?.ids ?? [];
}
