import { fail, ok, type Result } from '../../core/result.ts';

/** Why a pattern tells no addresses: it is about something else, or about more than an address. */
export type PatternError = 'other-kind' | 'narrower' | 'bad-pattern';

const TOKEN = /\s*(?:('[^'\\]*(?:\\.[^'\\]*)*')|([\][(),])|(!?=|[<>]=?)|([A-Za-z0-9_.:*-]+))/y;
const ADDRESSES = new Set(['ipv4-addr:value', 'ipv6-addr:value']);
const NAMED: ReadonlySet<string> = new Set(['=', 'ISSUBSET', 'IN']);

/**
 * Addresses and networks of which a STIX 2.1 pattern needs no more than one: comparisons of `ipv4-addr:value` or
 * `ipv6-addr:value` with =, IN or ISSUBSET, joined by OR. What needs more (AND, FOLLOWEDBY, NOT, a qualifier) would be
 * matched too often by the address alone.
 * Source: https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html section 9.
 */
export function addressesOf(pattern: string): Result<readonly string[], PatternError> {
  if (!/ipv[46]-addr:value/.test(pattern)) return fail('other-kind', 'it is about no address');
  const tokens = tokensOf(pattern);
  if (tokens === undefined) return fail('bad-pattern', 'it is no STIX pattern');
  const found: string[] = [];
  let at = 0;
  while (at < tokens.length) {
    const token = tokens[at] as string;
    if (BRACKETS.has(token) || token === 'OR') {
      at++;
      continue;
    }
    const [operator = '', first = ''] = tokens.slice(at + 1, at + 3);
    if (!token.includes(':') || !(NAMED.has(operator) || first.startsWith("'"))) {
      return fail('narrower', `it has ${token}, and an address alone would not do`);
    }
    const values = operator === 'IN' ? valuesIn(tokens, at + 2) : [first];
    at += operator === 'IN' ? 2 * values.length + 3 : 3;
    if (!ADDRESSES.has(token) || !NAMED.has(operator)) continue;
    for (const value of values) found.push(textOf(value));
  }
  return found.length > 0 ? ok(found) : fail('bad-pattern', 'it compares no address');
}

const BRACKETS = new Set(['[', ']', '(', ')']);

/** Values of `('a', 'b')` from its opening bracket on. */
function valuesIn(tokens: readonly string[], at: number): readonly string[] {
  const end = tokens.indexOf(')', at);
  return tokens.slice(at + 1, end < 0 ? tokens.length : end).filter((token) => token !== ',');
}

function textOf(token: string): string {
  return token.startsWith("'") ? token.slice(1, -1).replace(/\\(.)/g, '$1') : token;
}

function tokensOf(pattern: string): readonly string[] | undefined {
  const tokens: string[] = [];
  const end = pattern.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const match = TOKEN.exec(pattern);
    if (match === null) return undefined;
    tokens.push(match[1] ?? match[2] ?? match[3] ?? (match[4] as string));
  }
  return tokens.length > 0 ? tokens : undefined;
}
