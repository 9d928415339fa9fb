import { usage } from '../config/flags.ts';
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

/** `check`, and `--check` with any command. */
export function checkLine({ settings, env, configFile }: CommandInput): CheckCommand {
  return {
    kind: 'check',
    interfaces: [...new Set(settings.interfaces ?? [])],
    filter: settings.filter ?? '',
    shipping: readShipping(settings, env),
    missing: settings.dryRun === true ? [] : missingToShip(settings),
    configFile,
    json: settings.json ?? false,
  };
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
