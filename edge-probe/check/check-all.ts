import type { CheckCommand } from '../cli/command.ts';
import { DEFAULT_CONFIG } from '../config/load.ts';
import { checkCapture } from './check-capture.ts';
import { checkDirectory, checkKey, checkState } from './check-files.ts';
import { checkUplink } from './check-uplink.ts';
import { bad, type CheckFinding, good } from './finding.ts';

/** Looks at everything that a probe needs, one finding after the other. A look that depends on a failed one is left out. */
export async function* checkAll(
  command: CheckCommand,
  stop: AbortSignal,
): AsyncGenerator<CheckFinding> {
  yield checkConfiguration(command);
  yield* checkCapture(command, stop);
  const { shipping, missing, directories } = command;
  for (const { path, written } of directories) yield checkDirectory(path, written);
  yield checkState(shipping);
  if (shipping.dryRun) return;
  const key = shipping.keyFile === '' ? undefined : checkKey(shipping.keyFile);
  if (key) yield key;
  if (missing.length > 0 || key?.ok === false || stop.aborted) return;
  if (shipping.keyFile !== '' && shipping.probe !== '') yield* checkUplink(shipping, stop);
}

function checkConfiguration({ configFile, missing }: CheckCommand): CheckFinding {
  const what = 'configuration';
  const from = configFile ?? `no file (${DEFAULT_CONFIG} is not there)`;
  if (missing.length === 0) return good(what, from);
  return bad(what, `${from}: to ship, give ${missing.join(', ')}`);
}
