import { PROVENANCE } from '../../core/event/kinds.ts';
import { Meter } from '../flow/meter.ts';
import { ImportRows } from '../import/import-rows.ts';
import type { ImportCounts } from '../import/importer.ts';
import { Readers } from '../import/readers.ts';
import { newBoot, replayBoot } from '../ship/boot.ts';
import type { ImportCommand } from './command.ts';
import { flowLines } from './flow-line.ts';
import { runFollow } from './follow-command.ts';
import { type ImportedFile, importFile } from './import-files.ts';
import { ImportSums } from './import-sums.ts';
import { DRAIN_MS, openPipeline, type RunContext, startRun } from './run-context.ts';

/** Raise it whenever the same lines would make other rows: an older state then starts a new import. */
const READING = 1;
/** Flows of packets, of which there are none. */
const FEW_FLOWS = 1_000;

/** Imports other tools' logs; resolves with the exit code, 1 when no line of a file could be used. */
export function runImport(command: ImportCommand, context: RunContext): Promise<number> {
  if (command.print === 'summary') return printSummaries(command, context);
  if (command.print === 'flows') return printRows(command, context);
  return command.follow ? runFollow(command, context) : shipFiles(command, context);
}

async function shipFiles(command: ImportCommand, context: RunContext): Promise<number> {
  const { shipping, files, format } = command;
  const boot = bootOf(command);
  if (boot.resumed) context.note('continuing an import of these files that was cut before');
  const opened = await openPipeline(
    { shipping, metering: undefined },
    {
      provenance: PROVENANCE.replayed,
      whenFull: 'wait',
      clock: 'capture',
      endless: false,
      spool: 'memory',
      batchMs: Number.POSITIVE_INFINITY,
      boot: boot.id,
    },
    context,
  );
  const { pipeline } = opened;
  const rows = new ImportRows(pipeline.rows);
  const readers = new Readers(rows);
  const sums = new ImportSums(rows);
  const { stop, end } = startRun(opened, command, context, (status) => sums.status(status));
  const untilRoom = (): Promise<void> => pipeline.untilRoom(stop);
  let unused = 0;
  for (const file of files) {
    if (stop.aborted) break;
    const onCounts = (counts: ImportCounts): void => sums.set(file, counts);
    const options = { format, rows, readers, stop, note: context.note, untilRoom, onCounts };
    if (!(await importFile(file, options)).used) unused++;
  }
  // An unfinished import ends with the batches that are whole: the next one makes the same again.
  if (!stop.aborted) {
    readers.finish();
    pipeline.finish();
  }
  await pipeline.untilShipped(stop);
  const shipped = await pipeline.drain(DRAIN_MS);
  if (shipped && !stop.aborted) boot.finish();
  end();
  if (!context.stop.aborted) return unused > 0 ? 1 : 0;
  const again = files.includes('-')
    ? 'standard input cannot be gone on with'
    : 'run the same command again to go on, nothing is counted twice';
  context.note(`stopped before the end: ${again}`);
  return 0;
}

/** What cannot be read a second time is not gone on with. */
function bootOf({ shipping, files, format }: ImportCommand): ReturnType<typeof newBoot> {
  if (shipping.dryRun || files.includes('-')) return newBoot();
  const rest = JSON.stringify(['import', READING, format ?? '']);
  const batchMs = Number.POSITIVE_INFINITY;
  return replayBoot(shipping.stateDir, shipping.probe, files, { batchMs, rest });
}

async function printRows(command: ImportCommand, context: RunContext): Promise<number> {
  const { format, communityIdSeed } = command;
  const meter = new Meter({ maxFlows: FEW_FLOWS }, (events) =>
    context.output.stdout(flowLines(events, { communityIdSeed })),
  );
  const rows = new ImportRows(meter.rows);
  const readers = new Readers(rows);
  const unused = await readAll(command, context, (file) =>
    importFile(file, { ...freely(context), format, rows, readers }),
  );
  readers.finish();
  meter.finish();
  return unused > 0 || context.stop.aborted ? 1 : 0;
}

async function printSummaries(command: ImportCommand, context: RunContext): Promise<number> {
  const { format } = command;
  const unused = await readAll(command, context, async (file) => {
    const meter = new Meter({ maxFlows: FEW_FLOWS }, () => {});
    const rows = new ImportRows(meter.rows);
    const readers = new Readers(rows);
    const read = await importFile(file, { ...freely(context), format, rows, readers });
    readers.finish();
    context.output.stdout(summaryLine(file, { ...read.counts, rows: rows.counts }));
    return read;
  });
  return unused > 0 || context.stop.aborted ? 1 : 0;
}

/** How many of the files had not one line that could be used. */
async function readAll(
  { files }: ImportCommand,
  { stop }: RunContext,
  read: (file: string) => Promise<ImportedFile>,
): Promise<number> {
  let unused = 0;
  for (const file of files) {
    if (stop.aborted) break;
    if (!(await read(file)).used) unused++;
  }
  return unused;
}

function freely({ stop, note }: RunContext): {
  readonly stop: AbortSignal;
  readonly note: RunContext['note'];
  readonly untilRoom: () => Promise<void>;
} {
  return { stop, note, untilRoom: () => Promise.resolve() };
}

function summaryLine(file: string, { format, lines, rows, quiet, bad }: ImportCounts): string {
  const { firstMs, lastMs, ...counts } = rows;
  const times = Number.isNaN(firstMs)
    ? {}
    : { from: new Date(firstMs).toISOString(), to: new Date(lastMs).toISOString() };
  return `${JSON.stringify({ file, format, lines, ...counts, ...times, quiet, bad })}\n`;
}
