/** What is left of a list when some of it, mostly its beginning, is taken out; the list itself may be changed. */
export function without<T>(list: T[], taken: readonly T[]): T[] {
  const from = taken.findIndex((each, at) => each !== list[at]);
  list.splice(0, from < 0 ? taken.length : from);
  if (from < 0) return list;
  const rest = new Set(taken.slice(from));
  return list.filter((each) => !rest.has(each));
}
