import { isObject, type Json, type JsonObject } from '../template/json.ts';
import type { Properties } from '../template/properties.ts';
import { TemplateError } from '../template/template-error.ts';

/** One pattern of a FilterCriteria. Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html */
export type Filter = JsonObject;

const RULES: Readonly<Record<string, (actual: Json | undefined, argument: Json) => boolean>> = {
  prefix: (actual, argument) => typeof actual === 'string' && actual.startsWith(String(argument)),
  suffix: (actual, argument) => typeof actual === 'string' && actual.endsWith(String(argument)),
  exists: (actual, argument) => (actual !== undefined) === argument,
  'equals-ignore-case': (actual, argument) =>
    typeof actual === 'string' && actual.toLowerCase() === String(argument).toLowerCase(),
  'anything-but': (actual, argument) =>
    actual !== undefined && !(Array.isArray(argument) ? argument : [argument]).includes(actual),
  numeric: isInRange,
};

/** Reads patterns; a rule that is not known stops here. */
export function readFilters(filters: readonly Properties[], where: string): Filter[] {
  return filters.map((filter) => {
    const pattern: unknown = JSON.parse(filter.text('Pattern'));
    if (!isObject(pattern)) throw new TemplateError(`${where}: a filter pattern is no object.`);
    refuseUnknownRules(pattern, where);
    return pattern;
  });
}

function refuseUnknownRules(pattern: Json, where: string): void {
  if (Array.isArray(pattern)) {
    for (const item of pattern) {
      const rule = isObject(item) ? Object.keys(item)[0] : undefined;
      if (rule !== undefined && RULES[rule] === undefined) {
        throw new TemplateError(
          `${where}: the local runtime does not know the filter rule ${rule}.`,
        );
      }
    }
  } else if (isObject(pattern)) {
    for (const item of Object.values(pattern)) refuseUnknownRules(item, where);
  }
}

/** Whether any pattern matches; without patterns everything does. */
export function passesFilters(filters: readonly Filter[], record: unknown): boolean {
  return filters.length === 0 || filters.some((filter) => matches(filter, record as Json));
}

function matches(pattern: JsonObject, record: Json | undefined): boolean {
  return Object.entries(pattern).every(([key, expected]) => {
    const actual = isObject(record) ? record[key] : undefined;
    if (!Array.isArray(expected)) return isObject(expected) && matches(expected, actual);
    const values = Array.isArray(actual) ? actual : [actual];
    return expected.some((rule) => values.some((value) => fulfils(rule, value)));
  });
}

function fulfils(rule: Json, actual: Json | undefined): boolean {
  if (!isObject(rule)) return rule === actual;
  const [name, argument] = Object.entries(rule)[0] ?? [];
  return name !== undefined && argument !== undefined && RULES[name]?.(actual, argument) === true;
}

function isInRange(actual: Json | undefined, argument: Json): boolean {
  if (typeof actual !== 'number' || !Array.isArray(argument)) return false;
  for (let at = 0; at < argument.length; at += 2) {
    const bound = Number(argument[at + 1]);
    const holds = {
      '=': actual === bound,
      '<': actual < bound,
      '<=': actual <= bound,
      '>': actual > bound,
      '>=': actual >= bound,
    }[String(argument[at])];
    if (holds !== true) return false;
  }
  return true;
}
