import { z } from 'zod';

/** Commands that take options. */
export const COMMANDS = [
  'capture',
  'record',
  'replay',
  'watch',
  'import',
  'simulate',
  'relay',
  'relay-key',
  'check',
  'status',
] as const;

export type CommandName = (typeof COMMANDS)[number];

/** How an option's text becomes its value; a configuration file holds the value itself. */
export type Form =
  | 'text'
  | 'number'
  | 'switch'
  | 'on-off'
  /** Parted by commas or blanks. */
  | 'list'
  /** Parted by blanks: commas belong to them. */
  | 'words'
  | 'numbers'
  | 'number-or-word';

/** One option: flag, variable and key of the configuration file in one. */
export interface Option<S extends z.ZodType = z.ZodType> {
  readonly schema: S;
  readonly form: Form;
  /** The flag, where it is not the key in kebab case. */
  readonly flag?: string;
  /** One letter. */
  readonly short?: string;
  /** What stands for the value in the help. */
  readonly value?: string;
  /** What it does. */
  readonly says: string;
  /** What is taken when nobody says anything, as the help and the schema tell it. */
  readonly otherwise?: string | number | boolean;
  readonly commands: readonly CommandName[];
  /** Variables of AWS and others that count when SKIRMISH_… is not set, the first that is set. */
  readonly alsoFrom?: readonly string[];
}

export type Options = Readonly<Record<string, Option>>;

/** Commands that meter packets. */
export const METERING = ['capture', 'record', 'replay', 'watch', 'simulate'] as const;
/** Commands that watch a wire. */
export const LIVE = ['capture', 'record'] as const;

/** A text of at least one character. */
export function text(error = 'give a text'): z.ZodString {
  return z.string({ error }).min(1, { error });
}

/** A text that matches. */
export function matching(pattern: RegExp, error: string): z.ZodString {
  return z.string({ error }).regex(pattern, { error });
}

/** A number, both ends inclusive. */
export function number(from: number, to: number, or = ''): z.ZodNumber {
  const error = `give a number from ${from} to ${to} ${or}`.trim();
  return z.number({ error }).min(from, { error }).max(to, { error });
}

/** A whole number, both ends inclusive. */
export function whole(from: number, to: number): z.ZodNumber {
  const error = `give a whole number from ${from} to ${to}`;
  return z.number({ error }).int({ error }).min(from, { error }).max(to, { error });
}

/** One of these words. */
export function oneOf<const T extends readonly [string, ...string[]]>(words: T) {
  const last = words[words.length - 1];
  const error = `give ${words.slice(0, -1).join(', ')} or ${last}`;
  return z.enum(words, { error });
}

/** true or false in a file; `on` and `off`, or the bare flag, elsewhere. */
export function onOff(): z.ZodBoolean {
  return z.boolean({ error: 'give on or off (true or false in a file)' });
}

/** A list of texts. */
export function list(error: string, pattern = /\S/): z.ZodArray<z.ZodString> {
  return z.array(matching(pattern, error), { error }).min(1, { error });
}
