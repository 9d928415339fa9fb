import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** One item of a table, as DynamoDB gives it. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** Text of an attribute, undefined when it is missing or of another type. */
export function textOf(item: Item, name: string): string | undefined {
  return item[name]?.S;
}

/** Number of an attribute, undefined when it is missing or of another type. */
export function numberOf(item: Item, name: string): number | undefined {
  const text = item[name]?.N;
  return text === undefined ? undefined : Number(text);
}

/** Bytes of an attribute, undefined when it is missing or of another type. */
export function bytesOf(item: Item, name: string): Uint8Array | undefined {
  return item[name]?.B;
}

/** Names for a projection or a condition: `#a` for every attribute `a`, as many of ours are reserved words. */
export function aliases(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`#${name}`, name]));
}

/** A projection of attributes, written with their aliases. */
export function projection(names: readonly string[]): string {
  return names.map((name) => `#${name}`).join(', ');
}
