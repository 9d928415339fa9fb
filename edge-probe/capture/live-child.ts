import { writeSync } from 'node:fs';
import type { PcapSession } from 'pcap';
import type { LiveFault, LiveMessage, LiveOrder } from './live-message.ts';
import { PCAP_HEADER, pcapFileHeader } from './live-pcap.ts';

/** File descriptors: packets go to stdout as a pcap stream, messages to a channel of their own. */
const PACKETS = 1;
const MESSAGES = 3;

/** A record is written at the latest when a packet this much younger has come, ms. */
const FLUSH_MS = 50;
const OUT_BYTES = 256 * 1024;

const LINK_TYPES: Readonly<Record<string, number>> = {
  LINKTYPE_NULL: 0,
  LINKTYPE_ETHERNET: 1,
  LINKTYPE_RAW: 101,
  LINKTYPE_LINUX_SLL: 113,
  LINKTYPE_IEEE802_11_RADIO: 127,
};

const out = Buffer.alloc(OUT_BYTES);
let filled = 0;
let oldestMs = 0;
let reportedAt = 0;

/**
 * libpcap's binding calls back for packet after packet until the ring is empty and lets no timer run
 * meanwhile, so everything that must happen under load happens inside its callback.
 */
function onPacket(session: PcapSession, buf: Buffer, header: Buffer): void {
  const length = Math.min(header.readUInt32LE(8), buf.length);
  if (filled + PCAP_HEADER.record + length > OUT_BYTES) flush(session);
  const ms = header.readUInt32LE(0) * 1000 + header.readUInt32LE(4) / 1000;
  if (filled === 0) oldestMs = ms;
  header.copy(out, filled, 0, PCAP_HEADER.record);
  out.writeUInt32LE(length, filled + 8);
  buf.copy(out, filled + PCAP_HEADER.record, 0, length);
  filled += PCAP_HEADER.record + length;
  if (Math.abs(ms - oldestMs) >= FLUSH_MS) flush(session);
}

function flush(session: PcapSession): void {
  if (filled > 0) writeAll(PACKETS, out.subarray(0, filled));
  filled = 0;
  const now = Date.now();
  if (Math.abs(now - reportedAt) < 500) return;
  reportedAt = now;
  report(session);
}

function report(session: PcapSession): void {
  const stats = session.stats();
  say({ type: 'stats', received: stats.ps_recv, dropped: stats.ps_drop + stats.ps_ifdrop });
}

function say(message: LiveMessage): void {
  writeAll(MESSAGES, Buffer.from(`${JSON.stringify(message)}\n`));
}

/** Waits while the parent is busy (the kernel's ring holds the packets meanwhile); ends when the parent has gone. */
function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') process.exit(0);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}

function refuse(fault: LiveFault, error: unknown): never {
  say({ type: 'fault', fault, message: error instanceof Error ? error.message : String(error) });
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

async function main(order: LiveOrder): Promise<void> {
  const { default: pcap } = await import('pcap').catch((error: unknown) =>
    refuse('no-pcap', error),
  );
  // An interface without an IPv4 address makes libpcap warn; the capture works.
  pcap.warningHandler = () => {};
  const session = open(pcap, order);
  const linkType = linkTypeOf(session.link_type);
  if (Number.isNaN(linkType)) refuse('other', `link type ${session.link_type} is not known`);
  say({ type: 'open', linkType });
  writeAll(PACKETS, pcapFileHeader(linkType, order.snapLength));

  session.on('packet', ({ buf, header }) => onPacket(session, buf, header));
  setInterval(() => flush(session), FLUSH_MS);
  const end = (): void => {
    flush(session);
    report(session);
    // session.close() keeps the process alive on a quiet interface: the capture ends with it.
    process.exit(0);
  };
  process.on('SIGTERM', end);
  // Ctrl-C reaches the whole process group; the parent decides when capturing ends.
  process.on('SIGINT', () => {});
  process.stdin.on('end', end).resume();
}

function open(pcap: Pick<typeof import('pcap'), 'createSession'>, order: LiveOrder): PcapSession {
  try {
    return pcap.createSession(order.device, {
      filter: order.filter,
      snap_length: order.snapLength,
      buffer_size: order.bufferBytes,
      buffer_timeout: FLUSH_MS,
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return refuse(faultOf(message, order.filter), error);
  }
}

await main(JSON.parse(process.argv[2] ?? '{}') as LiveOrder);
