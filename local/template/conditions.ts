import { isObject, type Json } from './json.ts';
import { TemplateError } from './template-error.ts';

/** What conditions are evaluated in. */
export interface Conditions {
  /** Definition of a named condition of the template. */
  condition(name: string): Json;
  /** Resolves the operands of `Fn::Equals`. */
  operand(value: Json): Json | undefined;
}

/** Evaluates a condition expression of a template: Equals, Not, And, Or or a named condition. */
export function evaluateCondition(expression: Json, scope: Conditions): boolean {
  if (!isObject(expression)) throw unknown(expression);
  const entry = Object.entries(expression)[0];
  if (entry === undefined) throw unknown(expression);
  const [name, argument] = entry;
  if (name === 'Condition') return evaluateCondition(scope.condition(String(argument)), scope);
  const operands = Array.isArray(argument) ? argument : [];
  switch (name) {
    case 'Fn::Equals':
      return equal(scope.operand(operands[0] ?? null), scope.operand(operands[1] ?? null));
    case 'Fn::Not':
      return !evaluateCondition(operands[0] ?? null, scope);
    case 'Fn::And':
      return operands.every((operand) => evaluateCondition(operand, scope));
    case 'Fn::Or':
      return operands.some((operand) => evaluateCondition(operand, scope));
    default:
      throw unknown(expression);
  }
}

function equal(left: Json | undefined, right: Json | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function unknown(expression: Json): TemplateError {
  return new TemplateError(`Not a condition: ${JSON.stringify(expression)}.`);
}
