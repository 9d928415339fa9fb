import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../../edge-probe/cli/command-line.ts';
import { helpText } from '../../../../edge-probe/cli/help.ts';
import { HELP_TEXTS } from '../../../../edge-probe/cli/help-texts.ts';
import { COMMANDS } from '../../../../edge-probe/config/option.ts';
import { flagOf, OPTION_LIST } from '../../../../edge-probe/config/settings.ts';

describe('the help', () => {
  it('is as it was agreed on', async () => {
    const all = [undefined, ...COMMANDS].map((command) => helpText(command));

    await expect(all.join('\n')).toMatchFileSnapshot('help.golden.txt');
  });

  it.each(COMMANDS)('of %s names every option that it has', (command) => {
    const text = helpText(command);
    const own = OPTION_LIST.filter(([, option]) => option.commands.includes(command));

    for (const [key, option] of own) {
      const off = option.form === 'switch' && option.otherwise === true;
      expect(text).toContain(`--${off ? 'no-' : ''}${flagOf(key)}`);
    }
  });

  it('fits a terminal, but for examples', () => {
    const long = [undefined, ...COMMANDS]
      .flatMap((command) => helpText(command).split('\n'))
      .filter((line) => line.length > 100 && !/^ {2}skirmish-probe|^Usage/.test(line));

    expect(long).toEqual([]);
  });

  it('gives examples that the command line understands', () => {
    const env = {
      SKIRMISH_STREAM: 's',
      SKIRMISH_PROBE: 'p',
      SKIRMISH_KEY_FILE: 'k',
    };
    const examples = COMMANDS.flatMap((name) => HELP_TEXTS[name].examples)
      .filter((example) => !example.includes('attacks.csv'))
      .map((example) => example.replace(/ >.*/, '').replaceAll("'", ''))
      .map((example) => example.replace('not port 22', 'ip').split(' ').slice(1));

    for (const argv of examples) {
      expect(parseCommandLine([...argv, '--config', 'none'], env).kind).toBeTruthy();
    }
  });

  it('is asked for in every usual way', () => {
    expect(parseCommandLine(['help', 'watch'], {})).toEqual({ kind: 'help', of: 'watch' });
    expect(parseCommandLine(['watch', '--help'], {})).toEqual({ kind: 'help', of: 'watch' });
    expect(parseCommandLine(['-h'], {})).toEqual({ kind: 'help', of: undefined });
    expect(parseCommandLine(['--version'], {})).toEqual({ kind: 'version' });
    expect(() => parseCommandLine(['help', 'wach'], {})).toThrow(/did you mean watch/);
  });
});
