import { COMMANDS, type CommandName, type Option } from '../config/option.ts';
import { flagOf, OPTION_LIST, type OptionKey, variableOf } from '../config/settings.ts';
import { HELP_TEXTS } from './help-texts.ts';

/** Column at which explanations begin, and the width of a line. */
const COLUMN = 27;
const WIDTH = 100;

const FIRST = `skirmish-probe: watches packets, makes flows of them and ships these to a stream

Usage: skirmish-probe COMMAND [options]

Commands`;

const LAST = `Options are given as flags, as variables or in the configuration file, by falling strength:
  --buffer-mb 128          SKIRMISH_BUFFER_MB=128          { "bufferMb": 128 }
The file is /etc/skirmish/probe.json when there is one, or what --config names; its schema is
edge-probe/config/probe.schema.json. --check with any command looks whether it would work.

Exit codes
  0  done, or stopped as asked
  1  failed; the message says what to do. check: something is to be done. status: no probe runs
  2  wrong usage or configuration; the message names the option, or file, line and column`;

/** What `help` prints: of everything, or of one command. */
export function helpText(of: string | undefined): string {
  const name = COMMANDS.find((command) => command === of);
  return name === undefined ? overview() : commandHelp(name);
}

function overview(): string {
  const commands = COMMANDS.map((name) => entry(`  ${name}`, HELP_TEXTS[name].says, 14));
  const more = [
    entry('  help', 'this, or with a command its options: skirmish-probe help capture', 14),
    entry('  --version', 'which version this is', 14),
  ];
  const examples = COMMANDS.flatMap((name) => HELP_TEXTS[name].examples.slice(0, 1));
  return [FIRST, ...commands, ...more, '', 'Examples', ...indented(examples), '', LAST, ''].join(
    '\n',
  );
}

function commandHelp(name: CommandName): string {
  const { usage, says, more, examples } = HELP_TEXTS[name];
  const options = OPTION_LIST.filter(([, option]) => option.commands.includes(name));
  return [
    `skirmish-probe ${name}: ${says}`,
    '',
    `Usage: skirmish-probe ${usage}`,
    ...(more === '' ? [] : ['', more]),
    '',
    'Options',
    ...options.map(([key, option]) => optionEntry(key, option)),
    entry('  --check', 'look whether it would work, and do nothing'),
    entry('  -h, --help', 'show this'),
    '',
    'Examples',
    ...indented(examples),
    '',
  ].join('\n');
}

function optionEntry(key: OptionKey, option: Option): string {
  const { short, value, says, otherwise, form } = option;
  const off = form === 'switch' && otherwise === true;
  const name = `${short ? `-${short}, ` : ''}--${off ? 'no-' : ''}${flagOf(key)}`;
  const shown = typeof otherwise === 'boolean' ? (otherwise ? 'on' : 'off') : otherwise;
  const standard = shown === undefined || form === 'switch' ? '' : ` (default ${shown})`;
  const term = `  ${name}${value ? ` ${value}` : ''}`;
  return entry(term, `${off ? 'do not ' : ''}${says}${standard}; ${variableOf(key)}`);
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

/** A term and what it is, wrapped at WIDTH. */
function entry(term: string, says: string, column = COLUMN): string {
  const lines: string[] = [];
  let line = term.padEnd(column);
  if (term.length >= column) {
    lines.push(term);
    line = ' '.repeat(column);
  }
  let empty = true;
  for (const word of says.split(' ')) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = ' '.repeat(column);
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line].join('\n');
}
