import { readFileSync } from 'node:fs';
import { ProbeError, reasonOf } from '../cli/probe-error.ts';
import { readConfig } from './config-file.ts';
import { type CommandWords, settingsOfFlags, settingsOfVariables } from './flags.ts';
import type { CommandName } from './option.ts';
import type { Settings } from './settings.ts';

/** Read when no other is named and it is there. */
export const DEFAULT_CONFIG = '/etc/skirmish/probe.json';

export interface LoadOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A file's text; throws as readFileSync does. */
  readonly readFile?: (path: string) => string;
}

/** Everything that was said, the strongest first: flags, variables, the configuration file. */
export interface Loaded {
  readonly settings: Settings;
  /** The file that was read. */
  readonly configFile: string | undefined;
}

/** Gathers what flags, variables and the file say; throws ProbeError `usage` with every place that is wrong. */
export function loadSettings(
  command: CommandName,
  words: CommandWords,
  { env, readFile = (path) => readFileSync(path, 'utf8') }: LoadOptions,
): Loaded {
  const flags = settingsOfFlags(command, words.flags);
  const variables = settingsOfVariables(env);
  const named = flags.config ?? variables.config;
  if (named === 'none') return { settings: { ...variables, ...flags }, configFile: undefined };
  const text = readIfThere(named, readFile);
  if (text === undefined) return { settings: { ...variables, ...flags }, configFile: undefined };
  const path = named ?? DEFAULT_CONFIG;
  const file = readConfig(text);
  if (!file.ok) {
    const lines = file.problems.map(
      ({ line, column, message }) => `${path}:${line}:${column}: ${message}`,
    );
    throw new ProbeError('usage', lines.join('\n'));
  }
  return { settings: { ...file.settings, ...variables, ...flags }, configFile: path };
}

function readIfThere(
  named: string | undefined,
  readFile: (path: string) => string,
): string | undefined {
  try {
    return readFile(named ?? DEFAULT_CONFIG);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (named === undefined && (code === 'ENOENT' || code === 'ENOTDIR')) return undefined;
    throw new ProbeError(
      'usage',
      `cannot read the configuration ${named ?? DEFAULT_CONFIG}: ${reasonOf(error)}. Let this user read it, name another with --config, or none with --config none`,
      error,
    );
  }
}
