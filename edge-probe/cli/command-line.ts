import { didYouMean } from '../../core/nearest.ts';
import { readWords, usage } from '../config/flags.ts';
import { type LoadOptions, loadSettings } from '../config/load.ts';
import { COMMANDS, type CommandName } from '../config/option.ts';
import type { Command } from './command.ts';
import { replayLine, watchLine } from './file-line.ts';
import { importLine } from './import-line.ts';
import { captureLine, recordLine } from './live-line.ts';
import { checkLine, checkOf, relayKeyLine, relayLine, statusLine } from './service-line.ts';
import type { CommandInput } from './shared-options.ts';
import { simulateLine } from './simulate-line.ts';

const LINES: Readonly<Record<CommandName, (input: CommandInput) => Command>> = {
  capture: captureLine,
  record: recordLine,
  replay: replayLine,
  watch: watchLine,
  import: importLine,
  simulate: simulateLine,
  relay: relayLine,
  'relay-key': relayKeyLine,
  check: checkLine,
  status: statusLine,
};

/** What the user wants; throws ProbeError `usage` with what is wrong, where, and how it should be. */
export function parseCommandLine(
  argv: readonly string[],
  env: LoadOptions['env'],
  readFile?: LoadOptions['readFile'],
): Command {
  const words = readWords(argv);
  const [name, ...operands] = words.positionals;
  if (words.version) return { kind: 'version' };
  if (name === 'help') return { kind: 'help', of: helpTopic(operands[0]) };
  if (words.help) return { kind: 'help', of: helpTopic(name) };
  if (name === undefined) throw usage('give a command');
  if (!isCommand(name)) throw usage(noCommand(name));
  const { settings, configFile } = loadSettings(name, words, {
    env,
    ...(readFile ? { readFile } : {}),
  });
  const input = { settings, operands, env, configFile };
  return words.check ? checkOf(name, input) : LINES[name](input);
}

function isCommand(name: string): name is CommandName {
  return (COMMANDS as readonly string[]).includes(name);
}

function helpTopic(name: string | undefined): string | undefined {
  if (name === undefined || name === 'help' || isCommand(name)) return name;
  throw usage(noCommand(name));
}

function noCommand(name: string): string {
  return `there is no command ${name}${didYouMean(name, COMMANDS)}`;
}
