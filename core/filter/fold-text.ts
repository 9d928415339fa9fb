const ASCII = /^[\x20-\x7e]*$/;

/** A text as searches compare it: lower case, without accents, compatibility forms (ﬁ, ２) as their plain ones. */
export function foldText(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
