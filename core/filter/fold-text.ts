const NOT_ASCII = /[\u0080-\uffff]/;

/** A text as searches compare it: lower case, without accents, compatibility forms (ﬁ, ２) as their plain ones. */
export function foldText(text: string): string {
  if (!NOT_ASCII.test(text)) return text.toLowerCase();
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Texts as one, with `between` before, after and between them, each folded; those that hold it lose it. */
export function foldJoined(texts: readonly string[], between: string): string {
  const clean = texts.some((text) => text.includes(between))
    ? texts.map((text) => text.replaceAll(between, ''))
    : texts;
  const all = between + clean.join(between) + between;
  if (!NOT_ASCII.test(all)) return all.toLowerCase();
  return between + clean.map(foldText).join(between) + between;
}
