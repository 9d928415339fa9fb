import type { Field } from './fields.ts';
import type { Value } from './filter.ts';

/** Numbers that a member of a field's closed set stands for; none for any other value. */
export function choiceIds(field: Field, value: Value): readonly number[] {
  if (value.what !== 'choice') return [];
  return field.choices?.find(({ name }) => name === value.name)?.ids ?? [];
}
