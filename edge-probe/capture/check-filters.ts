/** A filter that libpcap cannot compile. */
export interface FilterProblem {
  readonly filter: string;
  /** What libpcap says. */
  readonly message: string;
  /** How much of the filter, from its beginning, is one by itself; '' when nothing is. */
  readonly readable: string;
}

/** The first filter that does not compile; undefined when all do. `compile` throws for one that does not. */
export function checkFilters(
  filters: readonly string[],
  compile: (filter: string) => unknown,
): FilterProblem | undefined {
  for (const filter of filters) {
    const message = filter.trim() === '' ? undefined : trial(filter, compile);
    if (message !== undefined) return { filter, message, readable: readable(filter, compile) };
  }
  return undefined;
}

/** Words are left out from the end until the rest compiles: libpcap does not say where it stopped. */
function readable(filter: string, compile: (filter: string) => unknown): string {
  let rest = filter.trimEnd();
  while (rest !== '') {
    rest = rest.replace(/(?:\w+|\W)\s*$/u, '').trimEnd();
    if (rest !== '' && trial(rest, compile) === undefined) return rest;
  }
  return '';
}

function trial(filter: string, compile: (filter: string) => unknown): string | undefined {
  try {
    compile(filter);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
