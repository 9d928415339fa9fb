/** What a text that is not JSON lacks, and where; lines and columns count from 1. */
export interface JsonProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** The parser's words, and what they mean to somebody who writes by hand. */
const MEANINGS: readonly (readonly [pattern: RegExp, meaning: string])[] = [
  [/^Unexpected token RBrace found/, "unexpected '}': a comma too many before it?"],
  [/^Unexpected token RBracket found/, "unexpected ']': a comma too many before it?"],
  [/^Unexpected token String found/, 'unexpected text: a comma or a colon missing before it?'],
  [/^Unexpected character '\/' found/, 'a comment, which JSON does not have'],
];
const ENDS = /^Unexpected end of input/;

/** Explains what @humanwhocodes/momoa threw about a text; the place is in the error's own properties. */
export function jsonProblem(
  error: Error & { readonly line?: number; readonly column?: number },
  text: string,
): JsonProblem {
  if (ENDS.test(error.message)) {
    const lines = text.split('\n');
    const column = (lines.at(-1) ?? '').length + 1;
    const message = 'this is not JSON: it ends too early: a brace, bracket or quote is not closed';
    return { line: lines.length, column, message };
  }
  const { line = 1, column = 1 } = error;
  const said = error.message.replace(/ \(\d+:\d+\)$/, '').replace(/\.$/, '');
  const meaning = MEANINGS.find(([pattern]) => pattern.test(said))?.[1];
  const what = meaning ?? said.charAt(0).toLowerCase() + said.slice(1);
  return { line, column, message: `this is not JSON: ${what}` };
}
