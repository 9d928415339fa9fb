import { usage } from '../config/flags.ts';
import { OPTIONS } from '../config/settings.ts';
import { withPorts } from '../record/port-filter.ts';
import { readRotation } from '../record/rotation.ts';
import type { CaptureCommand, RecordOptions } from './command.ts';
import { type CommandInput, meteringOf, shippingOf, tellingOf } from './shared-options.ts';

/** Bytes of a packet that metering needs, and that a recording wants: whole ones. */
const SNAP_LENGTH = { capture: 256, record: 65_535 } as const;

/** `capture -i IF…` */
export function captureLine(input: CommandInput): CaptureCommand {
  const { operands } = input;
  if (operands.length > 0) {
    throw usage(`capture takes no file: ${operands.join(' ')} (did you mean replay?)`);
  }
  return liveLine('capture', input, undefined);
}

/** `record DIR -i IF…` */
export function recordLine(input: CommandInput): CaptureCommand {
  const { operands, settings } = input;
  const [directory] = operands;
  if (directory === undefined || operands.length > 1) {
    throw usage('record needs one directory to write to: record DIR -i IF');
  }
  const rotation = readRotation(settings.rotate ?? OPTIONS.rotate.otherwise);
  const keep = settings.keep ?? Number.POSITIVE_INFINITY;
  const command = liveLine('record', input, { directory, keep, ...rotation });
  return { ...command, filter: withPorts(command.filter, settings.ports ?? []) };
}

function liveLine(
  name: 'capture' | 'record',
  input: CommandInput,
  record: RecordOptions | undefined,
): CaptureCommand {
  const { settings } = input;
  const interfaces = settings.interfaces ?? [];
  if (interfaces.length === 0) throw usage(`${name} needs an interface: -i IF`);
  return {
    kind: 'capture',
    interfaces: [...new Set(interfaces)],
    filter: settings.filter ?? '',
    snapLength: settings.snaplen ?? SNAP_LENGTH[name],
    bufferBytes: Math.round((settings.bufferMb ?? OPTIONS.bufferMb.otherwise) * 1024 * 1024),
    sampling: settings.sampling ?? OPTIONS.sampling.otherwise,
    modules: [...new Set(settings.modules ?? [])],
    user: settings.user,
    jail: settings.jail ?? OPTIONS.jail.otherwise,
    record,
    shipping: shippingOf(input),
    metering: meteringOf(input),
    ...tellingOf(name, input),
  };
}
