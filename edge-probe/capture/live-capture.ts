import { flowHash, isSampled } from './flow-sample.ts';
import type { LiveOrder } from './live-message.ts';
import type { LiveWriter } from './live-writer.ts';
import { SamplingGovernor } from './sampling-governor.ts';

/** A record is written at the latest when a packet this much younger has come, ms. */
const FLUSH_MS = 50;
/** The clock is looked at after so many packets at the latest. */
const LOOK_PACKETS = 4_096;
const GOVERN_MS = 100;
const REPORT_MS = 500;
/** A capture that takes nothing of what the kernel has for so long hears of nothing any more, ms. */
const DEAF_MS = 1_000;
/** What the kernel's ring needs for a packet besides its bytes, about (packet_mmap, TPACKET_V3). */
const RING_OVERHEAD = 96;

export interface LiveCaptureOptions extends LiveOrder {
  readonly linkType: number;
  /** libpcap's header of the packet: seconds, microseconds, captured and wire length, 4 bytes each. */
  readonly header: Uint8Array;
  /** libpcap's bytes of the packet. */
  readonly packet: Uint8Array;
  readonly writer: LiveWriter;
  readonly stats: () => { ps_recv: number; ps_drop: number; ps_ifdrop: number };
  readonly now: () => number;
  /**
   * The kernel has packets and libpcap's binding does not call: its poll ends for good when an interface goes down, though
   * it be for a moment (libuv, uv__poll_io).
   */
  readonly onDeaf: () => void;
}

/**
 * What the capture child does with each packet. libpcap's binding calls back for packet after packet until the ring is
 * empty and lets no timer run meanwhile, so everything that must happen under load happens here.
 */
export class LiveCapture {
  readonly #options: LiveCaptureOptions;
  readonly #writer: LiveWriter;
  readonly #header: Uint32Array;
  readonly #view: DataView;
  readonly #governor: SamplingGovernor;
  readonly #received = new Sum();
  readonly #dropped = new Sum();
  #one: number;
  #skipped = 0;
  #taken = 0;
  #heard = { taken: 0, received: 0, unheardSince: Number.POSITIVE_INFINITY };
  #flushedMs = 0;
  #sinceLook = 0;
  #ringBytes = 0;
  #governedAt = 0;
  #governedMs = 0;
  #receivedBefore = 0;
  #dropsBefore = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LiveCaptureOptions) {
    const { header, packet, linkType, sampling, mostSampling } = options;
    this.#options = options;
    this.#writer = options.writer;
    this.#header = new Uint32Array(header.buffer, header.byteOffset, 4);
    this.#view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
    this.#governor = new SamplingGovernor(sampling, mostSampling);
    this.#one = sampling;
    this.#writer.message({ type: 'open', linkType });
    if (sampling > 1) this.#writer.message({ type: 'sampling', one: sampling });
    this.idle();
  }

  /** Takes the packet that is in libpcap's buffers. */
  packet(): void {
    const header = this.#header;
    const captured = Math.min(header[2] as number, this.#view.byteLength);
    const { linkType, seed } = this.#options;
    if (this.#one > 1 && !isSampled(flowHash(this.#view, 0, captured, linkType, seed), this.#one)) {
      this.#skipped++;
    } else this.#writer.packet(captured);
    this.#taken++;
    this.#ringBytes += captured + RING_OVERHEAD;
    const ms = (header[0] as number) * 1000 + (header[1] as number) / 1000;
    if (++this.#sinceLook >= LOOK_PACKETS || Math.abs(ms - this.#flushedMs) >= FLUSH_MS) {
      this.#look(ms);
    }
  }

  /** The ring is empty. */
  idle(): void {
    this.#look(0);
  }

  /** Says all there is to say. */
  end(): void {
    this.#reportedAt = Number.NEGATIVE_INFINITY;
    this.#governedAt = Number.NEGATIVE_INFINITY;
    this.idle();
  }

  /** `packetMs` is the time of the packet that was just taken, 0 when there is none left to take. */
  #look(packetMs: number): void {
    const now = this.#options.now();
    this.#sinceLook = 0;
    this.#flushedMs = packetMs === 0 ? now : packetMs;
    if (Math.abs(now - this.#governedAt) >= GOVERN_MS) this.#govern(now, packetMs);
    this.#writer.flush();
  }

  #govern(now: number, packetMs: number): void {
    const { ps_recv, ps_drop, ps_ifdrop } = this.#options.stats();
    this.#received.to(ps_recv);
    this.#dropped.to((ps_drop + ps_ifdrop) >>> 0);
    if (this.#isDeaf(now)) this.#options.onDeaf();
    const spanMs = packetMs - this.#governedMs;
    const perMs = packetMs > 0 && spanMs > 0 ? this.#ringBytes / spanMs : 0;
    const lagMs = packetMs > 0 ? Math.max(0, now - packetMs) : 0;
    const changed = this.#governor.observe({
      nowMs: now,
      received: this.#received.total - this.#receivedBefore,
      drops: this.#dropped.total - this.#dropsBefore,
      lagMs,
      fill: (perMs * lagMs) / this.#options.bufferBytes,
    });
    this.#ringBytes = 0;
    this.#governedAt = now;
    this.#governedMs = packetMs === 0 ? now : packetMs;
    this.#receivedBefore = this.#received.total;
    this.#dropsBefore = this.#dropped.total;
    if (changed) {
      this.#one = this.#governor.one;
      this.#writer.message({ type: 'sampling', one: this.#one });
    }
    if (changed || Math.abs(now - this.#reportedAt) >= REPORT_MS) this.#report(now);
  }

  #isDeaf(now: number): boolean {
    const received = this.#received.total;
    const heard = this.#heard;
    if (this.#taken !== heard.taken || received === heard.received) {
      this.#heard = { taken: this.#taken, received, unheardSince: Number.POSITIVE_INFINITY };
      return false;
    }
    heard.unheardSince = Math.min(heard.unheardSince, now);
    return now - heard.unheardSince >= DEAF_MS;
  }

  #report(now: number): void {
    this.#reportedAt = now;
    this.#writer.message({
      type: 'stats',
      received: this.#received.total,
      dropped: this.#dropped.total,
      skipped: this.#skipped,
    });
  }
}

/** Adds up a counter of 32 bits that begins again at 0 when it is full. */
class Sum {
  total = 0;
  #last = 0;

  to(value: number): void {
    this.total += (value - this.#last) >>> 0;
    this.#last = value >>> 0;
  }
}
