import { resolve } from 'node:path';
import type { PacketHandler } from '../capture/packet.ts';
import { recordFiles } from '../record/record-files.ts';
import { Recorder } from '../record/recorder.ts';
import type { CaptureCommand } from './command.ts';

/** A recorder of what a command captures; undefined when it is not to be recorded. */
export function openRecorder(
  { record, interfaces, snapLength }: CaptureCommand,
  onNote: (message: string) => void,
): Recorder | undefined {
  if (record === undefined) return undefined;
  return new Recorder({
    ...record,
    files: recordFiles(resolve(record.directory)),
    prefix: interfaces.join('+'),
    snapLength,
    nowMs: () => performance.now(),
    onNote,
  });
}

/** Hands packets to the meter and, beside it, to the recorder. */
export function beside(meter: PacketHandler, recorder: Recorder | undefined): PacketHandler {
  if (recorder === undefined) return meter;
  // biome-ignore lint/complexity/useMaxParams: the port's own, called for every packet
  return (buf, offset, capturedLength, wireLength, linkType, timeMs) => {
    meter(buf, offset, capturedLength, wireLength, linkType, timeMs);
    recorder.packet(buf, offset, capturedLength, wireLength, linkType, timeMs);
  };
}
