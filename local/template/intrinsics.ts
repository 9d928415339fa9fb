import { type Conditions, evaluateCondition } from './conditions.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { TemplateError } from './template-error.ts';

/** What intrinsic functions look values up in. */
export interface Scope extends Conditions {
  /** Value of `Ref`; undefined for `AWS::NoValue`. */
  ref(name: string): Json | undefined;
  attribute(logicalId: string, attribute: string): Json;
  mapping(map: string, key: string, second: string): Json;
  importValue(name: string): Json;
}

type Intrinsic = (argument: Json, scope: Scope) => Json | undefined;

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope) => scope.ref(asText(argument, 'Ref')),
  'Fn::GetAtt': getAttribute,
  'Fn::Sub': substitute,
  'Fn::Join': join,
  'Fn::Split': split,
  'Fn::Select': select,
  'Fn::If': chooseBranch,
  'Fn::FindInMap': findInMap,
  'Fn::ImportValue': (argument, scope) =>
    scope.importValue(asText(required(argument, scope), 'Fn::ImportValue')),
  'Fn::Base64': (argument, scope) =>
    Buffer.from(asText(required(argument, scope), 'Fn::Base64')).toString('base64'),
  'Fn::GetAZs': (_argument, scope) =>
    ['a', 'b', 'c'].map((zone) => `${scope.ref('AWS::Region')}${zone}`),
  'Fn::ToJsonString': (argument, scope) => JSON.stringify(required(argument, scope)),
  'Fn::Length': (argument, scope) => asList(required(argument, scope), 'Fn::Length').length,
};

/** Replaces every intrinsic function in a template value; undefined means `AWS::NoValue`: leave it out. */
export function resolveValue(value: Json, scope: Scope): Json | undefined {
  if (Array.isArray(value)) {
    return value.map((item) => resolveValue(item, scope)).filter((item) => item !== undefined);
  }
  if (!isObject(value)) return value;
  const keys = Object.keys(value);
  const only = keys.length === 1 ? keys[0] : undefined;
  if (only !== undefined && (only === 'Ref' || only.startsWith('Fn::'))) {
    const intrinsic = INTRINSICS[only];
    if (intrinsic === undefined) {
      throw new TemplateError(`${only} is not a function the local runtime knows.`);
    }
    return intrinsic(value[only] ?? null, scope);
  }
  return resolveObject(value, scope);
}

function resolveObject(value: JsonObject, scope: Scope): JsonObject {
  const out: Record<string, Json> = {};
  for (const [key, item] of Object.entries(value)) {
    const resolved = resolveValue(item, scope);
    if (resolved !== undefined) out[key] = resolved;
  }
  return out;
}

function required(value: Json | undefined, scope: Scope): Json {
  const resolved = value === undefined ? undefined : resolveValue(value, scope);
  if (resolved === undefined) throw new TemplateError('An intrinsic function lacks an argument.');
  return resolved;
}

function getAttribute(argument: Json, scope: Scope): Json {
  const parts = typeof argument === 'string' ? splitOnce(argument) : asList(argument, 'Fn::GetAtt');
  return scope.attribute(
    asText(parts[0] ?? null, 'Fn::GetAtt'),
    asText(required(parts[1], scope), 'Fn::GetAtt'),
  );
}

function splitOnce(text: string): [string, string] {
  const dot = text.indexOf('.');
  return [text.slice(0, dot), text.slice(dot + 1)];
}

function substitute(argument: Json, scope: Scope): Json {
  const [text, variables] =
    typeof argument === 'string' ? [argument, {}] : asList(argument, 'Fn::Sub');
  const names = isObject(variables) ? variables : {};
  return asText(text ?? null, 'Fn::Sub').replace(
    /\$\{(!?)([^}]+)\}/g,
    (_, literal, name: string) => {
      if (literal === '!') return `\${${name}}`;
      if (Object.hasOwn(names, name)) return asText(required(names[name], scope), 'Fn::Sub');
      const value = name.includes('.') ? scope.attribute(...splitOnce(name)) : scope.ref(name);
      return asText(value ?? null, `Fn::Sub \${${name}}`);
    },
  );
}

function join(argument: Json, scope: Scope): Json {
  const [separator, items] = asList(argument, 'Fn::Join');
  const list = asList(required(items, scope), 'Fn::Join');
  return list.map((item) => asText(item, 'Fn::Join')).join(asText(separator ?? null, 'Fn::Join'));
}

function split(argument: Json, scope: Scope): Json {
  const [separator, text] = asList(argument, 'Fn::Split');
  return asText(required(text, scope), 'Fn::Split').split(asText(separator ?? null, 'Fn::Split'));
}

function select(argument: Json, scope: Scope): Json {
  const [index, items] = asList(argument, 'Fn::Select');
  const list = asList(required(items, scope), 'Fn::Select');
  const chosen = list[Number(required(index, scope))];
  if (chosen === undefined) {
    throw new TemplateError(`Fn::Select asks for item ${index} of a list of ${list.length}.`);
  }
  return chosen;
}

function chooseBranch(argument: Json, scope: Scope): Json | undefined {
  const [condition, whenTrue, whenFalse] = asList(argument, 'Fn::If');
  const branch = evaluateCondition({ Condition: condition ?? null }, scope) ? whenTrue : whenFalse;
  return resolveValue(branch ?? null, scope);
}

function findInMap(argument: Json, scope: Scope): Json {
  const names = asList(argument, 'Fn::FindInMap').map((item) =>
    asText(required(item, scope), 'Fn::FindInMap'),
  );
  return scope.mapping(names[0] ?? '', names[1] ?? '', names[2] ?? '');
}

function asText(value: Json, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TemplateError(`${where} needs text, not ${JSON.stringify(value)}.`);
}

function asList(value: Json, where: string): readonly Json[] {
  if (Array.isArray(value)) return value;
  throw new TemplateError(`${where} needs a list, not ${JSON.stringify(value)}.`);
}
