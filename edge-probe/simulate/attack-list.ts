import { type AnyNode, evaluate, parse } from '@humanwhocodes/momoa';
import { didYouMean } from '../../core/nearest.ts';
import { jsonProblem } from '../config/json-problem.ts';
import type { Attack } from './attack.ts';
import { ATTACK_FIELDS, type AttackField, fieldOfText, readAttack } from './attack-fields.ts';

/** What is wrong with a list, where (lines count from 1) and what was expected. */
export interface ListProblem {
  readonly line: number;
  readonly message: string;
}

export type AttackList =
  | { readonly ok: true; readonly attacks: readonly Attack[] }
  | { readonly ok: false; readonly problems: readonly ListProblem[] };

type ListFormat = 'json' | 'csv' | 'text';

/** Attacks a list may hold, and problems that are told of one. */
const MAX_ATTACKS = 100_000;
const MAX_PROBLEMS = 10;
/** Longest unknown name that a problem repeats, characters. */
const MAX_SHOWN = 40;

/** Collects attacks and problems line by line. */
class Reading {
  readonly #attacks: Attack[] = [];
  readonly #problems: ListProblem[] = [];

  wrong(line: number, message: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push({ line, message });
  }

  add(line: number, fields: Partial<Record<AttackField, unknown>>): void {
    const read = readAttack(fields);
    if (!read.ok) {
      const { [read.field]: value } = fields;
      this.wrong(
        line,
        `${read.field} ${(JSON.stringify(value) ?? '').slice(0, MAX_SHOWN)}: ${read.message}`,
      );
    } else if (this.#attacks.length >= MAX_ATTACKS) {
      this.wrong(line, `expected at most ${MAX_ATTACKS} attacks: give them in several files`);
    } else {
      this.#attacks.push(read.attack);
    }
  }

  end(): AttackList {
    if (this.#problems.length > 0) return { ok: false, problems: this.#problems };
    if (this.#attacks.length > 0) return { ok: true, attacks: this.#attacks };
    return { ok: false, problems: [{ line: 1, message: 'expected at least one attack' }] };
  }
}

const READERS: Readonly<Record<ListFormat, (text: string, reading: Reading) => void>> = {
  json: readJson,
  csv: readCsv,
  text: readLines,
};

/** Reads a list of attacks; docs/probe.md describes the three formats. */
export function readAttackList(format: ListFormat, text: string): AttackList {
  const reading = new Reading();
  READERS[format](text.replace(/^\ufeff/, ''), reading);
  return reading.end();
}

/** An array of objects with ATTACK_FIELDS as keys. */
function readJson(text: string, reading: Reading): void {
  let body: AnyNode;
  try {
    body = parse(text, { mode: 'json' }).body;
  } catch (error) {
    const { line, message } = jsonProblem(error as Error, text);
    reading.wrong(line, message);
    return;
  }
  if (body.type !== 'Array') {
    reading.wrong(1, 'expected an array: [{ "at": 0, … }, …]');
    return;
  }
  for (const { value } of body.elements) {
    const { line } = value.loc.start;
    if (value.type !== 'Object') {
      reading.wrong(line, 'expected an object: { "at": 0, "kind": "ssh", … }');
      continue;
    }
    const keys = value.members.map(({ name }) => (name.type === 'String' ? name.value : name.name));
    const unknown = keys.find((key) => !isField(key));
    if (unknown !== undefined) reading.wrong(line, noField(unknown));
    else reading.add(line, evaluate(value) as Partial<Record<AttackField, unknown>>);
  }
}

/** A first line with names out of ATTACK_FIELDS in any order, then a line an attack (RFC 4180). */
function readCsv(text: string, reading: Reading): void {
  let names: readonly string[] | undefined;
  for (const [at, row] of text.split(/\r?\n/).entries()) {
    const line = at + 1;
    if (row.trim() === '' || row.startsWith('#')) continue;
    const cells = cellsOf(row);
    if (names === undefined) {
      names = cells.map((cell) => cell.trim().toLowerCase());
      const unknown = names.find((name) => !isField(name));
      if (unknown === undefined) continue;
      reading.wrong(line, noField(unknown));
      return;
    } else if (cells.length > names.length) {
      reading.wrong(
        line,
        `expected ${names.length} cells as in the first line, not ${cells.length}`,
      );
    } else {
      const fields = names.map((name, i) => [name, fieldOfText(cells[i] ?? '')]);
      reading.add(line, Object.fromEntries(fields));
    }
  }
}

function cellsOf(row: string): string[] {
  const cells = row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return [...cells].map(([, quoted, bare = '']) => quoted?.replaceAll('""', '"') ?? bare);
}

/** `AT SOURCE TARGET KIND[:PORT] [xCOUNT] [@RATE]` a line, `-` for what is left open, `#` for comments. */
function readLines(text: string, reading: Reading): void {
  for (const [at, row] of text.split(/\r?\n/).entries()) {
    const words = row.replace(/#.*/, '').trim().split(/\s+/);
    if (words[0] === '') continue;
    const form = /^(\S+) (\S+) (\S+) ([^\s:]+)(?::(\S+))?(?: x(\S+))?(?: @(\S+))?$/;
    const [, when, source, target, kind, port = '', count = '', rate = ''] =
      form.exec(words.join(' ')) ?? [];
    if (when === undefined) {
      const example = '12.5 203.0.113.9 5 ssh:22 x50 @5';
      reading.wrong(
        at + 1,
        `expected AT SOURCE TARGET KIND[:PORT] [xCOUNT] [@RATE], such as ${example}`,
      );
      continue;
    }
    const texts = { at: when, source, target, kind, port, count, rate };
    const fields = Object.entries(texts).map(([name, value]) => [name, fieldOfText(value ?? '')]);
    reading.add(at + 1, Object.fromEntries(fields));
  }
}

function isField(name: string): name is AttackField {
  return (ATTACK_FIELDS as readonly string[]).includes(name);
}

function noField(name: string): string {
  const known = didYouMean(name, ATTACK_FIELDS) || `: expected ${ATTACK_FIELDS.join(', ')}`;
  return `there is no field ${name.slice(0, MAX_SHOWN).replace(/[^ -~]/g, '?')}${known}`;
}
