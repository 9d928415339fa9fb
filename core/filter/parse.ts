import { didYouMean } from '../nearest.ts';
import { canonical } from './canonical.ts';
import { END_NAMES, END_PREFIXES, FIELD_NAMES, type Field } from './fields.ts';
import {
  type Condition,
  type End,
  type Filter,
  type FilterError,
  MAX_FILTER_CHARS,
  MAX_FILTER_DEPTH,
  MAX_FILTER_TERMS,
  type Value,
} from './filter.ts';
import { foldText } from './fold-text.ts';
import { parseNetwork } from './network-words.ts';
import { type Operator, parseValue, type RawValue } from './values.ts';

/**
 * The filter that a text writes; docs/filter.md has the grammar. Never throws; an error says where and what is allowed.
 *
 *   any   = all (("or" | "|") all)*
 *   all   = one ("and"? one)*
 *   one   = ("-" | "not") one | "(" any ")" | field operator value ("," value)* | text
 */
export function parseFilter(
  text: string,
): { readonly ok: true; readonly value: Filter } | FilterError {
  if (text.length > MAX_FILTER_CHARS) {
    return failure(MAX_FILTER_CHARS + 1, `a filter has at most ${MAX_FILTER_CHARS} characters`);
  }
  const parser = new Parser(text);
  try {
    const filter = canonical(parser.whole());
    if (filter.text.length <= MAX_FILTER_CHARS) return { ok: true, value: filter };
    return failure(
      1,
      `a filter has at most ${MAX_FILTER_CHARS} characters, with its values written out`,
    );
  } catch (error) {
    if (error instanceof Refusal) return failure(error.column, error.message);
    throw error;
  }
}

/** The text all filters that are written alike but for order, case and spelling come to; '' for the one all rows pass. */
export function filterText(filter: Filter): string {
  return filter.text;
}

function failure(column: number, detail: string): FilterError {
  return { ok: false, reason: 'bad-filter', column, detail };
}

/** Leaves the parser from any depth; parseFilter makes a result of it. */
class Refusal extends Error {
  readonly column: number;

  constructor(at: number, message: string) {
    super(message);
    this.column = at + 1;
  }
}

const SPACE = /\s/;
const WORD_END = /[\s()|",]/;
const FIELD_TERM = /^([a-z][a-z0-9.-]*)(!=|[<>]=?|[:=])/i;
const COMPARISON = /^[<>]=?/;

class Parser {
  readonly #text: string;
  #at = 0;
  #terms = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Condition {
    this.#skip();
    if (this.#at === this.#text.length) return { what: 'all', of: [] };
    const condition = this.#any(0);
    if (this.#at < this.#text.length) this.#refuse('there is no bracket to close here');
    return condition;
  }

  #any(depth: number): Condition {
    const of = [this.#all(depth)];
    while (this.#takeOr()) of.push(this.#all(depth));
    return of.length === 1 ? (of[0] as Condition) : { what: 'any', of };
  }

  #all(depth: number): Condition {
    const of = [this.#one(depth)];
    for (;;) {
      this.#skip();
      const next = this.#text[this.#at];
      if (next === undefined || next === ')' || next === '|' || this.#keyword('or')) break;
      if (this.#keyword('and')) this.#at += 3;
      of.push(this.#one(depth));
    }
    return of.length === 1 ? (of[0] as Condition) : { what: 'all', of };
  }

  #one(depth: number): Condition {
    this.#skip();
    if (depth > MAX_FILTER_DEPTH) {
      this.#refuse(`brackets and negations nest at most ${MAX_FILTER_DEPTH} deep`);
    }
    const next = this.#text[this.#at];
    if (next === '(') return this.#bracket(depth);
    if (next === '-') return this.#negated(1, depth);
    if (this.#keyword('not')) return this.#negated(3, depth);
    return this.#term();
  }

  #bracket(depth: number): Condition {
    const open = this.#at++;
    const inside = this.#any(depth + 1);
    if (this.#text[this.#at] !== ')') this.#refuse('this bracket is not closed', open);
    this.#at++;
    return inside;
  }

  #negated(length: number, depth: number): Condition {
    this.#at += length;
    return { what: 'not', of: this.#one(depth + 1) };
  }

  #term(): Condition {
    if (++this.#terms > MAX_FILTER_TERMS) {
      this.#refuse(`a filter has at most ${MAX_FILTER_TERMS} terms`);
    }
    const start = this.#at;
    if (this.#text[start] === '"') return this.#words(this.#quoted(), start);
    if (this.#keyword('or') || this.#keyword('and')) {
      this.#refuse(
        '"and" and "or" stand between two terms; put quotes around a word to look for it',
      );
    }
    const word = this.#word();
    if (word === '') this.#refuse('a term such as country:CN, or a word to look for, goes here');
    const network = parseNetwork(word);
    if (network !== undefined) {
      const values = [{ what: 'network', network }] as const;
      return { what: 'term', field: 'host', end: 'either', values };
    }
    const [head = '', name = '', operator = ''] = FIELD_TERM.exec(word) ?? [];
    if (head === '') return this.#words({ text: word, quoted: false }, start);
    const { field, end } = this.#field(name, start);
    this.#at = start + head.length;
    const term = this.#values(field, end, operator === '!=' ? '=' : (operator as Operator));
    return operator === '!=' ? { what: 'not', of: term } : term;
  }

  #words({ text }: RawValue, at: number): Condition {
    const folded = foldText(text).trim();
    if (folded === '') this.#refuse('there is nothing to look for here', at);
    return { what: 'words', text: folded };
  }

  #field(name: string, at: number): { readonly field: Field; readonly end: End } {
    const lower = name.toLowerCase();
    if (Object.hasOwn(END_NAMES, lower)) {
      const field = FIELD_NAMES.get('host') as Field;
      return { field, end: END_NAMES[lower as keyof typeof END_NAMES] };
    }
    const prefix = lower.slice(0, 4);
    const end = Object.hasOwn(END_PREFIXES, prefix)
      ? END_PREFIXES[prefix as keyof typeof END_PREFIXES]
      : 'either';
    const bare = end === 'either' ? lower : lower.slice(4);
    const field = FIELD_NAMES.get(bare);
    if (field !== undefined && (end === 'either' || field.ofEnd)) return { field, end };
    const names = [...FIELD_NAMES.keys(), ...Object.keys(END_NAMES)];
    const meant = bare.length <= 32 ? didYouMean(bare, names) : '';
    const help = meant === '' ? '; put quotes around it to look for it as text' : meant;
    return this.#refuse(`there is no field "${name.slice(0, 32)}"${help}`, at);
  }

  #values(field: Field, end: End, operator: Operator): Condition {
    const compares =
      operator === ':' ? COMPARISON.exec(this.#text.slice(this.#at, this.#at + 2)) : null;
    const effective = (compares?.[0] ?? operator) as Operator;
    this.#at += compares?.[0].length ?? 0;
    const values: Value[] = [];
    do {
      const start = this.#at;
      const quoted = this.#text[start] === '"';
      const raw = quoted ? this.#quoted() : { text: this.#word(), quoted };
      if (raw.text === '')
        this.#refuse(`a value of ${field.name} goes here, such as ${field.example}`, start);
      const value = parseValue(field, effective, raw);
      if (!value.ok) this.#refuse(value.detail ?? '', start);
      else values.push(value.value);
    } while (this.#take(','));
    return { what: 'term', field: field.name, end, values };
  }

  #word(): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !WORD_END.test(this.#text[this.#at] as string))
      this.#at++;
    return this.#text.slice(start, this.#at);
  }

  /** A text in quotes; in it `\"` is a quote and `\\` a backslash. */
  #quoted(): RawValue {
    const open = this.#at++;
    let text = '';
    for (;;) {
      const next = this.#text[this.#at++];
      if (next === undefined) return this.#refuse('this quote is not closed', open);
      if (next === '"') return { text, quoted: true };
      const escaped = next === '\\' ? this.#text[this.#at] : undefined;
      if (escaped === '"' || escaped === '\\') {
        text += escaped;
        this.#at++;
      } else text += next;
    }
  }

  /** Whether a word stands here by itself. */
  #keyword(word: string): boolean {
    const end = this.#at + word.length;
    if (this.#text.slice(this.#at, end).toLowerCase() !== word) return false;
    return end >= this.#text.length || WORD_END.test(this.#text[end] as string);
  }

  #takeOr(): boolean {
    this.#skip();
    if (this.#take('|')) return true;
    if (!this.#keyword('or')) return false;
    this.#at += 2;
    return true;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #skip(): void {
    while (this.#at < this.#text.length && SPACE.test(this.#text[this.#at] as string)) this.#at++;
  }

  #refuse(detail: string, at = this.#at): never {
    throw new Refusal(at, detail);
  }
}
