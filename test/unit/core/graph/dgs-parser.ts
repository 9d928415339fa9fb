/** One event of a DGS file, with its attributes. */
export interface DgsEvent {
  readonly what: 'an' | 'ae' | 'cg' | 'st';
  /** Ids: the element's, and of `ae` its ends. */
  readonly ids: readonly string[];
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Reads what DGS004 has of this, as GraphStream does (gs-core, DGSParser): strings in quotation marks with \" in them,
 * words of letters, digits, '-', '_' and '.', integers of 32 bits. Throws on anything else.
 */
export function parseDgs(text: string): readonly DgsEvent[] {
  const [magic, header, ...lines] = text.split('\n');
  if (magic !== 'DGS004' || !/^"[^"]*" \d+ \d+$/.test(header ?? '')) throw new Error('bad header');
  if (lines.pop() !== '') throw new Error('no end of line at the end');
  return lines.map((line) => new Line(line).event());
}

class Line {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  event(): DgsEvent {
    const what = this.#take(/an|ae|cg|st/y) as DgsEvent['what'];
    const ids: string[] = [];
    if (what !== 'cg') ids.push(this.#id());
    if (what === 'ae') {
      ids.push(this.#id());
      this.#take(/ > */y);
      ids.push(this.#string());
    }
    const attributes: Record<string, string | number | boolean> = {};
    while (this.#at < this.#text.length) {
      this.#take(/ +/y);
      const name = this.#word();
      this.#take(/=/y);
      if (name in attributes) throw new Error(`${name} twice`);
      attributes[name] = this.#value();
    }
    return { what, ids, attributes };
  }

  #id(): string {
    this.#take(/ +/y);
    return this.#text[this.#at] === '"' ? this.#string() : this.#word();
  }

  #value(): string | number | boolean {
    if (this.#text[this.#at] === '"') return this.#string();
    const word = this.#word();
    if (word === 'true' || word === 'false') return word === 'true';
    const number = Number(word);
    if (!/^-?\d+(\.\d+)?$/.test(word)) throw new Error(`${word} is no number`);
    if (!word.includes('.') && Math.abs(number) >= 2 ** 31) throw new Error(`${word} is too large`);
    return number;
  }

  #word(): string {
    return this.#take(/[\p{Ll}\p{Lu}\p{Nd}_.-]+/uy);
  }

  #string(): string {
    this.#take(/"/y);
    let value = '';
    for (let slash = false; ; this.#at++) {
      const mark = this.#text[this.#at];
      if (mark === undefined) throw new Error('a string does not end');
      if (mark === '"' && !slash) break;
      if (slash && mark !== '"') value += '\\';
      slash = mark === '\\';
      if (!slash) value += mark;
    }
    this.#at++;
    return value;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined)
      throw new Error(`column ${this.#at}: ${this.#text.slice(this.#at, this.#at + 20)}`);
    this.#at += found.length;
    return found;
  }
}
