/** A piece of a filter's text, to be told apart from others by how it looks. */
export interface FilterPiece {
  readonly text: string;
  readonly kind: 'field' | 'joint' | 'value' | 'space';
}

const PIECES =
  /(?<space>\s+)|(?<value>"(?:\\.|[^"\\])*"?)|(?<field>[a-z][a-z0-9.-]*(?:!=|[<>]=?|[:=](?:[<>]=?)?))|(?<joint>[()|,]|(?<=^|[\s(|])-+|(?<![^\s(|])(?:and|or|not)(?![^\s()|]))|(?<word>[^\s()|",]+)/giy;

/** A filter's text in pieces, every character in one of them, whether it can be read or not. */
export function filterPieces(text: string): readonly FilterPiece[] {
  const pieces: FilterPiece[] = [];
  PIECES.lastIndex = 0;
  for (let match = PIECES.exec(text); match !== null; match = PIECES.exec(text)) {
    const { space, field, joint } = match.groups ?? {};
    const kind = space ? 'space' : field ? 'field' : joint ? 'joint' : 'value';
    pieces.push({ text: match[0], kind });
  }
  return pieces;
}

/** What a filter shows of what is held: "1,204 of 9,310". */
export function shownText(
  shown: number,
  filtered: number,
  number: (value: number) => string,
): string {
  return `${number(shown)} of ${number(shown + filtered)}`;
}
