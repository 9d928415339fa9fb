import { readSync, writeSync } from 'node:fs';
import type { PcapSession } from 'pcap';
import { checkFilters } from './check-filters.ts';
import { LiveCapture } from './live-capture.ts';
import { DEAF, type LiveFault, type LiveMessage, type LiveOrder } from './live-message.ts';
import { LiveWriter } from './live-writer.ts';

/** The descriptor that is a socket to the parent: orders come from it, records go to it. */
const PARENT = 1;
/** The kernel hands packets over at the latest when the first of them is this old, ms. */
const RETIRE_MS = 50;
const MAX_ORDER_BYTES = 1024 * 1024;
const SNAP = { from: 64, to: 262_144 } as const;

const LINK_TYPES: Readonly<Record<string, number>> = {
  LINKTYPE_NULL: 0,
  LINKTYPE_ETHERNET: 1,
  LINKTYPE_RAW: 101,
  LINKTYPE_LINUX_SLL: 113,
  LINKTYPE_IEEE802_11_RADIO: 127,
};

type Pcap = typeof import('pcap');

/** What starts the child says: the interface to capture on, or filters to try on a capture file. */
interface Start {
  readonly device?: string;
  readonly check?: { readonly capture: string; readonly filters: readonly string[] };
}

/** One line of the parent's; ends the process when the parent has gone. */
function readOrder(): LiveOrder {
  const bytes = Buffer.alloc(MAX_ORDER_BYTES);
  let filled = 0;
  while (filled < bytes.length && bytes.indexOf(10) < 0) {
    const read = readSync(PARENT, bytes, filled, bytes.length - filled, null);
    if (read === 0) process.exit(0);
    filled += read;
  }
  const order = JSON.parse(bytes.subarray(0, filled).toString()) as LiveOrder;
  const snap = Math.min(SNAP.to, Math.max(SNAP.from, Math.ceil(order.snapLength / 4) * 4));
  return { ...order, snapLength: snap };
}

function refuse(fault: LiveFault, error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  const writer = new LiveWriter(PARENT, new Uint8Array(16), new Uint8Array(64));
  const said: LiveMessage = { type: 'fault', fault, message };
  writer.message(said);
  writer.flush();
  process.exit(1);
}

function faultOf(message: string, filter: string): LiveFault {
  if (/permission|not permitted/i.test(message)) return 'no-permission';
  if (/no such device|doesn't exist|SIOCGIFHWADDR/i.test(message)) return 'no-such-device';
  if (/is not up|network is down/i.test(message)) return 'device-down';
  return filter === '' ? 'other' : 'bad-filter';
}

function linkTypeOf(name: string): number {
  const known = LINK_TYPES[name];
  return known ?? Number(/^Unknown linktype (\d+)$/.exec(name)?.[1] ?? Number.NaN);
}

function open(pcap: Pcap, device: string, order: LiveOrder): PcapSession {
  try {
    return pcap.createSession(device, {
      filter: order.filter,
      snap_length: order.snapLength,
      buffer_size: order.bufferBytes,
      buffer_timeout: RETIRE_MS,
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return refuse(faultOf(message, order.filter), error);
  }
}

function capture(pcap: Pcap, device: string): void {
  const order = readOrder();
  const session = open(pcap, device, order);
  const linkType = linkTypeOf(session.link_type);
  if (Number.isNaN(linkType)) refuse('other', `link type ${session.link_type} is not known`);
  const { buf, header } = session as unknown as { buf: Buffer; header: Buffer };
  const live = new LiveCapture({
    ...order,
    linkType,
    header,
    packet: buf,
    writer: new LiveWriter(PARENT, header, buf),
    stats: () => session.stats(),
    now: Date.now,
    onDeaf: () => process.exit(DEAF),
  });
  session.on('packet', () => live.packet());
  setInterval(() => live.idle(), RETIRE_MS);
  // session.close() keeps the process alive on a quiet interface: the capture ends with it.
  const end = (): void => {
    live.end();
    process.exit(0);
  };
  // Signals reach the whole process group; whoever started the child decides when it ends.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.stdin.on('end', end).resume();
}

async function main(start: Start): Promise<void> {
  const { default: pcap } = await import('pcap').catch((error: unknown) => {
    if (!start.check) return refuse('no-pcap', error);
    // A capture says by itself that libpcap is not there.
    writeSync(1, 'null');
    return process.exit(0);
  });
  // An interface without an IPv4 address makes libpcap warn; the capture works.
  pcap.warningHandler = () => {};
  const { check } = start;
  if (check) {
    const compile = (filter: string): unknown =>
      pcap.createOfflineSession(check.capture, { filter } as { filter: string });
    writeSync(1, JSON.stringify(checkFilters(check.filters, compile) ?? null));
    process.exit(0);
  }
  capture(pcap, start.device ?? '');
}

await main(JSON.parse(process.argv[2] ?? '{}') as Start);
