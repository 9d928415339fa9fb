import type { CaptureEnd } from '../capture/reader.ts';

/** What is wrong with a capture file, for a person. */
export interface CaptureFileProblem {
  readonly message: string;
  /** Not one packet came out of it. */
  readonly nothingRead: boolean;
}

type Ending = Pick<CaptureEnd, 'packets' | 'truncated' | 'error'> & Partial<CaptureEnd>;

/** What to say about how reading a file ended; undefined when all is well. */
export function explainEnd(file: string, end: Ending): CaptureFileProblem | undefined {
  const nothingRead = end.packets === 0 && end.error !== undefined;
  const unknown = Object.entries(end.unknownLinkTypes ?? {});
  if (end.error === undefined && unknown.length === 0) return undefined;
  const problems: string[] = [];
  if (end.error) problems.push(explainError(end));
  for (const [linkType, packets] of unknown) {
    problems.push(
      `${packets} packets have link type ${linkType}, which this probe does not read (see https://www.tcpdump.org/linktypes.html)`,
    );
  }
  const unread = unknown.reduce((sum, [, packets]) => sum + packets, 0);
  return {
    message: `${file}: ${problems.join('; ')}`,
    nothingRead: nothingRead || (unread > 0 && unread >= end.packets),
  };
}

function explainError(end: Ending): string {
  const { reason = '', offset = 0 } = end.error ?? {};
  if (reason === 'empty') return 'the file is empty: the capture that made it wrote nothing';
  if (reason === 'not-a-capture') {
    return 'this is no capture file: it begins neither like pcap nor like pcapng. Give what tcpdump -w or Wireshark wrote, unpacked';
  }
  if (end.truncated) {
    return `cut off at byte ${offset}: ${end.packets} whole packets before it are used`;
  }
  return `damaged at byte ${offset} (${reason}): ${end.packets} packets before it are used`;
}
