import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { interfaceNames, interfaceState } from '../../edge-probe/capture/live-interface.ts';
import { CaptureReader } from '../../edge-probe/capture/reader.ts';
import { PublicServer } from '../http/public-server.ts';
import type { Traffic } from './arguments.ts';
import { StartError } from './start-error.ts';

const HEAD_BYTES = 4096;
/** CAP_NET_RAW is bit 13 of a capability set (capability.h). */
const NET_RAW = 1n << 13n;

/** Checks what can be checked in no time, before anything is built or started. Throws StartError. */
export function checkTraffic(traffic: Traffic): void {
  if (traffic.kind === 'files') for (const file of traffic.files) checkFile(file);
  if (traffic.kind !== 'interface') return;
  for (const name of traffic.names) checkInterface(name);
  if (!mayCapture()) {
    throw new StartError(
      'Capturing packets needs root or CAP_NET_RAW. Run: sudo npm start -- --interface … ' +
        '(or try capture files: npm start -- --pcap FILE).',
    );
  }
}

/** Takes the port for a moment: better to know before building. */
export async function checkPort(port: number): Promise<void> {
  const server = new PublicServer(() => undefined);
  await server.listen(port);
  await server.stop();
}

function checkFile(file: string): void {
  const head = Buffer.alloc(HEAD_BYTES);
  let length = 0;
  try {
    const descriptor = openSync(file, 'r');
    length = readSync(descriptor, head);
    closeSync(descriptor);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = {
      ENOENT: 'there is no such file',
      EISDIR: 'that is a folder',
      EACCES: 'it may not be read',
    };
    throw new StartError(
      `${file}: ${why[code as 'ENOENT'] ?? String(error)}. Give --pcap a pcap or pcapng file.`,
    );
  }
  const reader = new CaptureReader(() => undefined);
  reader.push(head.subarray(0, length));
  const reason = length === 0 ? 'empty' : reader.error?.reason;
  if (reason === 'empty')
    throw new StartError(`${file} is empty: the capture that made it wrote nothing.`);
  if (reason === 'not-a-capture') {
    throw new StartError(
      `${file} is no capture file: it begins neither like pcap nor like pcapng. Give what tcpdump -w or Wireshark wrote, unpacked.`,
    );
  }
}

function checkInterface(name: string): void {
  const { state } = interfaceState(name);
  if (state === 'up') return;
  const names = interfaceNames().join(', ');
  if (state === 'gone')
    throw new StartError(`There is no interface ${name}. This machine has: ${names}.`);
  throw new StartError(`The interface ${name} is down. Bring it up: sudo ip link set ${name} up`);
}

function mayCapture(): boolean {
  if (process.getuid?.() === 0 || process.platform !== 'linux') return true;
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return (BigInt(`0x${effective ?? '0'}`) & NET_RAW) !== 0n;
}
