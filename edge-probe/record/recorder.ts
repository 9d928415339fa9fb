import { PCAP_HEADER } from '../capture/live-pcap.ts';
import type { PacketHandler } from '../capture/packet.ts';
import { reasonOf } from '../cli/probe-error.ts';
import { PacketChunks } from './packet-chunks.ts';
import type { RecordFiles } from './record-files.ts';
import { Recording } from './recording.ts';

export interface RecorderOptions {
  readonly files: RecordFiles;
  /** What the names of its files begin with. */
  readonly prefix: string;
  readonly snapLength: number;
  /** A file is finished after this time, ms; Infinity for never. */
  readonly rotateMs: number;
  /** A file is finished before it grows over this, bytes; Infinity for never. */
  readonly rotateBytes: number;
  readonly keep: number;
  /** A clock that nobody sets, ms. */
  readonly nowMs: () => number;
  readonly onNote: (message: string) => void;
}

/** What a recorder has counted. */
export interface RecordCounters {
  /** Packets handed to the disk. */
  packets: number;
  /** Packets that were not recorded: `busy` because the disk was slower than the wire, `failed` because it took nothing. */
  busy: number;
  failed: number;
}

/** Bytes that may wait for the disk; what comes while so many do is not recorded, and counted. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** After the disk refused, it is tried again after this, ms. */
const RETRY_MS = 10_000;

/** The packets of one link type on their way into files. */
interface Lane {
  readonly linkType: number;
  readonly chunks: PacketChunks;
  readonly recording: Recording;
  /** Bytes of the file being filled, those that wait included; 0 while there is none. */
  fileBytes: number;
  /** Time of the file's first packet, and of the chunk's, ms. */
  fileMs: number;
}

/**
 * Writes packets into rotating capture files without ever holding up whoever hands them over: the disk works behind a
 * bounded queue, and when it is full or broken the packets go by unrecorded and counted.
 */
export class Recorder {
  readonly counters: RecordCounters = { packets: 0, busy: 0, failed: 0 };
  readonly #options: RecorderOptions;
  readonly #lanes = new Map<number, Lane>();
  #work: Promise<void> = Promise.resolve();
  #waitingBytes = 0;
  #brokenUntil = 0;
  #trouble = '';

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Why nothing is recorded at the moment; '' while it is. */
  get trouble(): string {
    return this.#trouble;
  }

  /** Takes a packet. */
  // biome-ignore lint/complexity/useMaxParams: the port's own, called for every packet
  readonly packet: PacketHandler = (buf, offset, capturedLength, wireLength, linkType, timeMs) => {
    if (this.#brokenUntil > 0 && this.#options.nowMs() < this.#brokenUntil) {
      this.counters.failed++;
      return;
    }
    if (this.#waitingBytes >= MAX_WAITING_BYTES) {
      this.counters.busy++;
      return;
    }
    const lane = this.#laneOf(linkType);
    if (this.#isFull(lane, capturedLength, timeMs)) this.#rotate(lane);
    if (!lane.chunks.hasRoom(capturedLength)) this.#flush(lane);
    if (lane.fileBytes === 0) {
      lane.fileBytes = PCAP_HEADER.file;
      lane.fileMs = timeMs;
    }
    const lengths = { captured: capturedLength, wire: Math.max(capturedLength, wireLength) };
    lane.chunks.add(buf.subarray(offset, offset + capturedLength), lengths, timeMs);
    lane.fileBytes += PCAP_HEADER.record + capturedLength;
  };

  /** Time passes without packets: files that are old enough are finished, and what was gathered is written. */
  tick(timeMs: number): void {
    for (const lane of this.#lanes.values()) {
      if (timeMs - lane.fileMs >= this.#options.rotateMs) this.#rotate(lane);
      else this.#flush(lane);
    }
  }

  /** Resolves when every file is finished. */
  async stop(): Promise<void> {
    for (const lane of this.#lanes.values()) this.#rotate(lane);
    await this.#work;
  }

  #laneOf(linkType: number): Lane {
    const known = this.#lanes.get(linkType);
    if (known) return known;
    const { files, prefix, snapLength, keep } = this.#options;
    const own = this.#lanes.size === 0 ? prefix : `${prefix}.linktype${linkType}`;
    const recording = new Recording({ files, prefix: own, linkType, snapLength, keep });
    const lane: Lane = { linkType, chunks: new PacketChunks(), recording, fileBytes: 0, fileMs: 0 };
    this.#lanes.set(linkType, lane);
    this.#do(0, 0, () => recording.recover());
    return lane;
  }

  #isFull({ fileBytes, fileMs }: Lane, length: number, timeMs: number): boolean {
    if (fileBytes === 0) return false;
    const { rotateMs, rotateBytes } = this.#options;
    if (Math.abs(timeMs - fileMs) >= rotateMs) return true;
    const isEmpty = fileBytes <= PCAP_HEADER.file;
    return !isEmpty && fileBytes + PCAP_HEADER.record + length > rotateBytes;
  }

  #rotate(lane: Lane): void {
    if (lane.fileBytes === 0) return;
    this.#flush(lane);
    lane.fileBytes = 0;
    this.#do(0, 0, () => lane.recording.finish());
  }

  #flush({ chunks, recording, fileMs }: Lane): void {
    if (chunks.packets === 0) return;
    const chunk = chunks.take();
    this.#do(chunk.bytes.length, chunk.packets, () => recording.append(chunk, fileMs));
  }

  /** Lets the disk do one thing after the other. After it refused one, the rest of that file goes by. */
  #do(bytes: number, packets: number, work: () => Promise<void>): void {
    this.#waitingBytes += bytes;
    this.#work = this.#work.then(async () => {
      try {
        if (packets > 0 && this.#options.nowMs() < this.#brokenUntil) {
          this.counters.failed += packets;
          return;
        }
        await work();
        this.counters.packets += packets;
        if (packets > 0) this.#recovered();
      } catch (error) {
        this.counters.failed += packets;
        await this.#broke(error);
      } finally {
        this.#waitingBytes -= bytes;
      }
    });
  }

  async #broke(error: unknown): Promise<void> {
    const said = reasonOf(error);
    this.#brokenUntil = this.#options.nowMs() + RETRY_MS;
    if (said !== this.#trouble) {
      this.#options.onNote(
        `recording stopped: ${said}. Metering goes on; recording is tried again every ${RETRY_MS / 1000} s`,
      );
    }
    this.#trouble = said;
    for (const lane of this.#lanes.values()) {
      lane.fileBytes = 0;
      // What could be written stays; the disk that refused may well refuse this too, and was told of.
      await lane.recording.finish().catch(() => undefined);
    }
  }

  #recovered(): void {
    if (this.#trouble !== '') this.#options.onNote('recording goes on');
    this.#trouble = '';
    this.#brokenUntil = 0;
  }
}
