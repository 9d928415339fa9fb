import { parseArgs } from 'node:util';
import { didYouMean } from '../../core/nearest.ts';
import { ProbeError } from '../cli/probe-error.ts';
import type { CommandName, Option } from './option.ts';
import { readText } from './read-text.ts';
import {
  flagOf,
  OPTION_LIST,
  OPTIONS,
  type OptionKey,
  type Settings,
  variableOf,
} from './settings.ts';
import { THRESHOLDS } from './thresholds.ts';

/** A command line taken apart. */
export interface CommandWords {
  readonly positionals: readonly string[];
  readonly flags: ReadonlyMap<OptionKey, readonly string[]>;
  readonly help: boolean;
  readonly version: boolean;
  /** `--check`: look at everything, do nothing. */
  readonly check: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

const BY_FLAG = new Map<string, OptionKey>(OPTION_LIST.map(([key]) => [flagOf(key), key]));
const BARE = ['help', 'version', 'check'] as const;
const OWN: Readonly<Record<string, { type: 'string' | 'boolean'; short?: string }>> = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  check: { type: 'boolean' },
  ...Object.fromEntries(
    OPTION_LIST.map(([key, { form, short }]) => [
      flagOf(key),
      { type: form === 'switch' ? 'boolean' : 'string', ...(short ? { short } : {}) },
    ]),
  ),
};

/** Takes a command line apart; throws ProbeError `usage` for a flag that does not exist or lacks its value. */
export function readWords(argv: readonly string[]): CommandWords {
  const { tokens } = parseArgs({
    args: [...argv],
    options: OWN,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const positionals: string[] = [];
  const flags = new Map<OptionKey, string[]>();
  const bare = new Set<string>();
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    if ((BARE as readonly string[]).includes(token.name)) {
      bare.add(token.name);
      continue;
    }
    const [key, value] = flagOfToken(token);
    flags.set(key, [...(flags.get(key) ?? []), value]);
  }
  const [help, version, check] = BARE.map((name) => bare.has(name));
  return {
    positionals,
    flags,
    help: help === true,
    version: version === true,
    check: check === true,
  };
}

function flagOfToken(token: {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}): [OptionKey, string] {
  const off = BY_FLAG.get(token.name.replace(/^no-/, ''));
  if (token.name.startsWith('no-') && off && OPTIONS[off].form === 'switch') return [off, 'off'];
  const key = BY_FLAG.get(token.name);
  if (key === undefined) {
    const known = [...BY_FLAG.keys(), ...BARE];
    throw usage(`there is no option ${token.rawName}${didYouMean(token.name, known, '--')}`);
  }
  if (OPTIONS[key].form === 'switch') return [key, token.value ?? 'on'];
  const { value } = token;
  if (value === undefined || (!token.inlineValue && /^--?[a-z]/.test(value))) {
    throw usage(`${token.rawName} needs a value: ${(OPTIONS[key] as Option).value ?? ''}`);
  }
  return [key, value];
}

/** The settings that flags say; throws ProbeError `usage` for one that the command does not have. */
export function settingsOfFlags(
  command: CommandName,
  flags: ReadonlyMap<OptionKey, readonly string[]>,
): Settings {
  const said = [...flags].map(([key, values]) => {
    const flag = `--${flagOf(key)}`;
    const option: Option = OPTIONS[key];
    if (!option.commands.includes(command)) throw usage(`${command} has no option ${flag}`);
    const repeatable = ['list', 'words', 'numbers'].includes(option.form);
    const text = repeatable ? values.join(' ') : (values.at(-1) ?? '');
    return [key, checked(key, text, `${flag} ${text}`)];
  });
  return Object.fromEntries(said) as Settings;
}

/** The settings that variables say. */
export function settingsOfVariables(env: Env): Settings {
  const said = OPTION_LIST.flatMap(([key, { alsoFrom = [] }]) => {
    const name = [variableOf(key), ...alsoFrom].find((candidate) => (env[candidate] ?? '') !== '');
    if (name === undefined) return [];
    const text = env[name] as string;
    return [[key, checked(key, text, `${name}=${text}`)] as const];
  });
  return Object.fromEntries(said) as Settings;
}

function checked(key: OptionKey, text: string, where: string): unknown {
  const option: Option = OPTIONS[key];
  const { success, data, error } = option.schema.safeParse(readText(option.form, text));
  if (success) return data;
  const [issue] = error.issues;
  if (issue?.code !== 'unrecognized_keys') {
    throw usage(`${where}: ${issue?.message ?? 'this is not understood'}`);
  }
  const [name = ''] = issue.keys;
  throw usage(`${where}: there is no ${name}${didYouMean(name, Object.keys(THRESHOLDS))}`);
}

/** A wrong usage, with where to read how it goes. */
export function usage(message: string): ProbeError {
  return new ProbeError('usage', `${message}\nSee: skirmish-probe help`);
}
