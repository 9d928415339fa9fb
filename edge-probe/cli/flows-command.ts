import { readCaptureFile } from '../capture/file.ts';
import { unwrapTunnels } from '../decode/tunnels.ts';
import { Meter } from '../flow/meter.ts';
import type { RowSink } from '../flow/ports.ts';
import { explainEnd } from './capture-file-error.ts';
import type { PrintCommand } from './command.ts';
import { flowLines } from './flow-line.ts';
import { meterOptions } from './meter-options.ts';
import { reasonOf } from './probe-error.ts';
import type { RunContext } from './run-context.ts';

/** Prints what a probe would ship of each file as lines of JSON; resolves with the exit code, 1 when a file could not be read. */
export async function runFlows(command: PrintCommand, context: RunContext): Promise<number> {
  const { files, metering, communityIdSeed } = command;
  let code = 0;
  for (const file of files) {
    if (context.stop.aborted) return 1;
    const rows: RowSink = { add: (...row) => meter.rows.add(...row) };
    const meter: Meter = new Meter(meterOptions(metering, rows), (events) =>
      context.output.stdout(flowLines(events, { communityIdSeed })),
    );
    try {
      const packet = unwrapTunnels(meter.packet, metering.tunnels);
      const end = await readCaptureFile(file, packet, { signal: context.stop });
      meter.finish();
      const problem = context.stop.aborted ? undefined : explainEnd(file, end);
      if (problem) context.note(problem.message);
      if (problem?.nothingRead) code = 1;
    } catch (error) {
      context.note(`${file}: ${reasonOf(error)}`);
      code = 1;
    }
  }
  return code;
}
