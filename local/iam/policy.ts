import { isObject, type Json, type JsonObject } from '../template/json.ts';
import { TemplateError } from '../template/template-error.ts';

/** One statement of an IAM policy, ready to be matched. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  /** The statement holds for every action but `actions`. */
  readonly notActions: boolean;
  readonly resources: readonly string[];
  readonly notResources: boolean;
  readonly conditions: readonly Condition[];
  /** Services the statement is for; only resource policies have them. */
  readonly services: readonly string[];
}

interface Condition {
  readonly operator: (actual: string, expected: string) => boolean;
  readonly key: string;
  readonly values: readonly string[];
  readonly negated: boolean;
}

/** What is asked for: an action on a resource, with the context keys conditions look at. */
export interface Request {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

const like = (actual: string, expected: string): boolean => matchesPattern(expected, actual);
const equals = (actual: string, expected: string): boolean => actual === expected;

const OPERATORS: Readonly<Record<string, Pick<Condition, 'operator' | 'negated'>>> = {
  StringEquals: { operator: equals, negated: false },
  StringNotEquals: { operator: equals, negated: true },
  StringLike: { operator: like, negated: false },
  ArnEquals: { operator: like, negated: false },
  ArnLike: { operator: like, negated: false },
  Bool: { operator: equals, negated: false },
  NumericLessThan: {
    operator: (actual, expected) => Number(actual) < Number(expected),
    negated: false,
  },
};

/** Reads the statements of a resolved policy document. */
export function readStatements(document: Json | undefined, where: string): Statement[] {
  const statements = isObject(document) ? document['Statement'] : undefined;
  return asArray(statements).map((statement) => {
    if (!isObject(statement))
      throw new TemplateError(`${where}: a policy statement is not an object.`);
    return readStatement(statement, where);
  });
}

function readStatement(statement: JsonObject, where: string): Statement {
  return {
    effect: statement['Effect'] === 'Deny' ? 'Deny' : 'Allow',
    actions: texts(statement['Action'] ?? statement['NotAction']).map((action) =>
      action.toLowerCase(),
    ),
    notActions: statement['NotAction'] !== undefined,
    resources: texts(statement['Resource'] ?? statement['NotResource'] ?? '*'),
    notResources: statement['NotResource'] !== undefined,
    conditions: readConditions(statement['Condition'], where),
    services: isObject(statement['Principal']) ? texts(statement['Principal']['Service']) : [],
  };
}

function readConditions(conditions: Json | undefined, where: string): Condition[] {
  if (!isObject(conditions)) return [];
  return Object.entries(conditions).flatMap(([name, keys]) => {
    const known = OPERATORS[name];
    if (known === undefined) {
      throw new TemplateError(
        `${where}: the local runtime does not know the IAM operator ${name}.`,
      );
    }
    return Object.entries(isObject(keys) ? keys : {}).map(([key, values]) => ({
      ...known,
      key: key.toLowerCase(),
      values: texts(values),
    }));
  });
}

/** Evaluates statements as IAM does: a deny wins, an allow is needed. */
export function isAllowed(statements: readonly Statement[], request: Request): boolean {
  const matching = statements.filter((statement) => matches(statement, request));
  if (matching.some((statement) => statement.effect === 'Deny')) return false;
  return matching.some((statement) => statement.effect === 'Allow');
}

function matches(statement: Statement, request: Request): boolean {
  const action = request.action.toLowerCase();
  const isAction = statement.actions.some((pattern) => matchesPattern(pattern, action));
  if (isAction === statement.notActions) return false;
  const isResource = statement.resources.some((pattern) =>
    matchesPattern(pattern, request.resource),
  );
  if (isResource === statement.notResources) return false;
  return statement.conditions.every((condition) => holds(condition, request.context ?? {}));
}

function holds(condition: Condition, context: Readonly<Record<string, string>>): boolean {
  const key = Object.keys(context).find((name) => name.toLowerCase() === condition.key);
  const actual = key === undefined ? undefined : context[key];
  if (actual === undefined) return condition.negated;
  const found = condition.values.some((expected) => condition.operator(actual, expected));
  return found !== condition.negated;
}

/** Matches IAM's wildcards: `*` any text, `?` one character. */
export function matchesPattern(pattern: string, text: string): boolean {
  if (!pattern.includes('*') && !pattern.includes('?')) return pattern === text;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

function texts(value: Json | undefined): string[] {
  return asArray(value).map(String);
}

function asArray(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
