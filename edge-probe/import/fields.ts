import { parseAddress } from '../../core/redact/address.ts';
import type { LineProblem } from './line-problem.ts';
import { parseTimestamp } from './timestamp.ts';

/** What stands in a line, by name. */
export interface Named {
  /** The value of a field; undefined, null or '' when it has none. */
  get(name: string): unknown;
  /** Where it stands, from 1. */
  columnOf(name: string): number;
}

const NO_ADDRESS = new Uint8Array(0);
const MAX_PORT = 65_535;
/** Longest value that a message repeats, characters. */
const MAX_SHOWN = 40;
/** Addresses whose bytes are remembered. */
const MAX_KNOWN = 8_192;

const known = new Map<string, Uint8Array>();

/** Reads fields of a line by what they should hold; the first that does not stays in `problem`. */
export class Fields {
  problem: LineProblem | undefined;
  readonly #named: Named;

  constructor(named: Named) {
    this.#named = named;
  }

  /** A text; '' when it is missing. */
  text(name: string): string {
    const value = this.#named.get(name);
    if (value === undefined || value === null) return '';
    if (typeof value === 'string') return value;
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  }

  /** A text that has to be there. */
  required(name: string): string {
    const text = this.text(name);
    if (text === '') this.missing(name, 'a text');
    return text;
  }

  /** 4 or 16 bytes, which are shared: do not change them. */
  address(name: string): Uint8Array {
    const text = this.text(name);
    if (text === '') return this.missing(name, 'an address') ?? NO_ADDRESS;
    const address = addressOf(text);
    if (address === undefined) this.bad(name, 'an IPv4 or IPv6 address');
    return address ?? NO_ADDRESS;
  }

  /** 0 when it is missing. */
  port(name: string): number {
    return this.whole(name, MAX_PORT, 'a port');
  }

  /** A whole number from 0 to `most`; 0 when it is missing. */
  whole(name: string, most: number = Number.MAX_SAFE_INTEGER, what = 'a whole number'): number {
    const value = this.number(name, what);
    if (Number.isInteger(value) && value >= 0 && value <= most) return value;
    this.bad(name, `${what} from 0 to ${most}`);
    return 0;
  }

  /** 0 when it is missing. */
  number(name: string, what = 'a number'): number {
    const value = this.#named.get(name);
    if (typeof value === 'number') return Number.isFinite(value) ? value : 0;
    if (value === undefined || value === null || value === '') return 0;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
    if (Number.isFinite(number)) return number;
    this.bad(name, what);
    return 0;
  }

  /** Whether the field has a value. */
  has(name: string): boolean {
    const value = this.#named.get(name);
    return value !== undefined && value !== null && value !== '';
  }

  /** ms since the epoch, with their fraction. */
  time(name: string): number {
    const value = this.#named.get(name);
    if (value === undefined || value === null || value === '') {
      this.missing(name, 'a time');
      return 0;
    }
    const time = parseTimestamp(value);
    if (time === undefined)
      this.bad(name, 'a time such as 2026-11-21T08:31:00Z, or seconds since 1970');
    return time ?? 0;
  }

  /** Remembers that a field that has to be there is not. */
  missing(name: string, what: string): undefined {
    this.problem ??= {
      reason: 'missing-field',
      message: `there is no ${name}: expected ${what}`,
    };
  }

  /** Remembers that a field holds something else than `what`. */
  bad(name: string, what: string): undefined {
    if (this.problem !== undefined) return;
    const value = shown(this.#named.get(name));
    const message = `${name} is ${value}: expected ${what}`;
    this.problem = { reason: 'bad-field', message, column: this.#named.columnOf(name) };
  }
}

/** The fields of an object out of a line of JSON. */
export function jsonFields(record: object, line: string): Fields {
  const values = record as Readonly<Record<string, unknown>>;
  return new Fields({
    get: (name) => (Object.hasOwn(values, name) ? values[name] : undefined),
    columnOf: (name) => line.indexOf(`"${name}"`) + 1,
  });
}

/** An object inside an object; undefined when there is none. */
export function objectIn(record: object, name: string): object | undefined {
  const value = (record as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

/** A list inside an object; empty when there is none. */
export function listIn(record: object, name: string): readonly unknown[] {
  const value = (record as Readonly<Record<string, unknown>>)[name];
  return Array.isArray(value) ? value : [];
}

/** Bytes of an address's text, which are shared; undefined when it is none. */
export function addressOf(text: string): Uint8Array | undefined {
  const found = known.get(text);
  if (found !== undefined) return found;
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(text, address);
  return address;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  const short = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
  // It goes to a terminal.
  return short.replace(/[^ -~…]/g, '?');
}
