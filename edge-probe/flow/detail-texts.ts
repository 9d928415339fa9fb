/** Texts kept at once; beyond them all are forgotten, which costs flows that are told later their detail. */
const MAX_TEXTS = 16_384;
const INDEX_BITS = 15;
const EPOCHS = 0xffff;

/** Texts that few bits of a flow's record stand for: fingerprints are few, so each is kept once. */
export class DetailTexts {
  /** Times that all were forgotten. */
  overflows = 0;
  readonly #ids = new Map<string, number>();
  #texts: string[] = [''];
  #epoch = 0;

  /** A number for the text, 0 for the empty one. */
  idOf(text: string): number {
    if (text === '') return 0;
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    if (this.#texts.length > MAX_TEXTS) this.#forget();
    const id = (this.#epoch << INDEX_BITS) | this.#texts.length;
    this.#texts.push(text);
    this.#ids.set(text, id);
    return id;
  }

  /** The text that `idOf` gave the number for, empty when it is forgotten. */
  text(id: number): string {
    if (id >>> INDEX_BITS !== this.#epoch) return '';
    return this.#texts[id & ((1 << INDEX_BITS) - 1)] ?? '';
  }

  #forget(): void {
    this.overflows++;
    this.#epoch = (this.#epoch + 1) & EPOCHS;
    this.#ids.clear();
    this.#texts = [''];
  }
}
