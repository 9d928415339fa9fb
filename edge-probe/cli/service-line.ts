import { usage } from '../config/flags.ts';
import type { CommandName } from '../config/option.ts';
import type { Settings } from '../config/settings.ts';
import type { CheckCommand, RelayCommand, RelayKeyCommand, StatusCommand } from './command.ts';
import {
  type CommandInput,
  METRICS_PORT,
  missingToShip,
  readShipping,
  shippingOf,
  tellingOf,
} from './shared-options.ts';

/** `relay --listen ADDRESS:PORT --keys-dir DIR` */
export function relayLine(input: CommandInput): RelayCommand {
  const { settings } = input;
  noOperands('relay', input);
  const { listen = '0.0.0.0:4433', keysDir } = settings;
  if (keysDir === undefined) throw usage("relay needs its probes' relay keys: --keys-dir DIR");
  if (settings.relay !== undefined) shippingOf(input);
  else if (settings.stream === undefined) {
    throw usage('relay needs where to pass batches on: --stream NAME, or --relay HOST:PORT');
  }
  return {
    kind: 'relay',
    listen,
    keysDir,
    shipping: readShipping(settings, input.env),
    ...tellingOf('relay', input),
  };
}

/** `relay-key` */
export function relayKeyLine(input: CommandInput): RelayKeyCommand {
  noOperands('relay-key', input);
  const { probe, keyFile } = input.settings;
  if (probe === undefined || keyFile === undefined) {
    throw usage('relay-key needs --probe ID and --key-file FILE');
  }
  return { kind: 'relay-key', probe, keyFile };
}

/** `check` */
export function checkLine(input: CommandInput): CheckCommand {
  noOperands('check', input);
  return checkOf('check', input);
}

/** `--check` with any command: what that command needs. */
export function checkOf(
  command: CommandName,
  { settings, operands, env, configFile }: CommandInput,
): CheckCommand {
  const needless = settings.dryRun === true || command === 'status' || command === 'relay-key';
  const directory = DIRECTORIES[command];
  return {
    kind: 'check',
    interfaces: [...new Set(settings.interfaces ?? [])],
    filter: settings.filter ?? '',
    directories: directory ? operands.slice(0, 1).map((path) => ({ path, ...directory })) : [],
    shipping: readShipping(settings, env),
    missing: needless ? [] : missingFor(command, settings),
    configFile,
    json: settings.json ?? false,
  };
}

/** What the directory that a command is given is for. */
const DIRECTORIES: Readonly<Partial<Record<CommandName, { readonly written: boolean }>>> = {
  record: { written: true },
  watch: { written: false },
};

/** A relay to the stream signs nothing: it needs no key. */
function missingFor(command: CommandName, settings: Settings): string[] {
  const missing = missingToShip(settings);
  if (command !== 'relay' || settings.relay !== undefined) return missing;
  return missing.filter((flag) => flag.startsWith('--stream'));
}

/** `status` */
export function statusLine(input: CommandInput): StatusCommand {
  noOperands('status', input);
  const { metrics = METRICS_PORT, json = false } = input.settings;
  return { kind: 'status', port: metrics === 'off' ? undefined : metrics, json };
}

function noOperands(name: string, { operands }: CommandInput): void {
  if (operands.length > 0) throw usage(`${name} takes nothing more: ${operands.join(' ')}`);
}
