/** JSON with the fields of objects sorted by name: equal for equal values, in whatever order their fields were made. */
export function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value).map(
    ([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`,
  );
  return `{${entries.sort().join(',')}}`;
}
