import { PCAP_HEADER, pcapFileHeader } from '../capture/live-pcap.ts';
import type { Chunk } from './packet-chunks.ts';
import type { RecordFile, RecordFiles } from './record-files.ts';

const PART = '.part';

export interface RecordingOptions {
  readonly files: RecordFiles;
  /** What the names of its files begin with, before `-TIME.pcap`. */
  readonly prefix: string;
  readonly linkType: number;
  readonly snapLength: number;
  /** Newest files that stay; Infinity for all. */
  readonly keep: number;
}

interface OpenFile {
  readonly file: RecordFile;
  readonly name: string;
  /** Written whole. */
  bytes: number;
}

/** One capture file after the other, written under a name in .part until it is whole and on the disk. */
export class Recording {
  readonly #options: RecordingOptions;
  #open: OpenFile | undefined;
  #lastNameMs = 0;

  constructor(options: RecordingOptions) {
    this.#options = options;
  }

  /** Finishes what a process that was cut off left in .part. */
  async recover(): Promise<void> {
    const { files, prefix } = this.#options;
    for (const name of await files.names()) {
      const ours = name.startsWith(`${prefix}-`) && name.endsWith(`.pcap${PART}`);
      if (ours) await files.rename(name, name.slice(0, -PART.length));
    }
  }

  /** Appends to the open file, or begins one named after the time of its first packet. */
  async append(chunk: Chunk, firstMs: number): Promise<void> {
    const open = this.#open ?? (await this.#begin(firstMs));
    await open.file.append(chunk.bytes);
    open.bytes += chunk.bytes.length;
  }

  /** Finishes the open file: what was written whole of it stays. Afterwards the oldest go. */
  async finish(): Promise<void> {
    const open = this.#open;
    if (!open) return;
    this.#open = undefined;
    const { files } = this.#options;
    await open.file.truncate(open.bytes).finally(() => open.file.close());
    const part = `${open.name}${PART}`;
    if (open.bytes <= PCAP_HEADER.file) return files.remove(part);
    await files.rename(part, open.name);
    await this.#prune();
  }

  async #begin(firstMs: number): Promise<OpenFile> {
    const { files, prefix, linkType, snapLength } = this.#options;
    // Times that were set back, or two files in a millisecond, must not give a name twice.
    this.#lastNameMs = Math.max(Math.floor(firstMs), this.#lastNameMs + 1);
    const time = new Date(this.#lastNameMs).toISOString().replace(/[-:]/g, '');
    const name = `${prefix}-${time}.pcap`;
    const file = await files.create(`${name}${PART}`);
    const open: OpenFile = { file, name, bytes: 0 };
    this.#open = open;
    await file.append(pcapFileHeader(linkType, snapLength));
    open.bytes = PCAP_HEADER.file;
    return open;
  }

  async #prune(): Promise<void> {
    const { files, prefix, keep } = this.#options;
    if (keep === Number.POSITIVE_INFINITY) return;
    const ours = (await files.names())
      .filter((name) => name.startsWith(`${prefix}-`) && name.endsWith('.pcap'))
      .sort();
    for (const name of ours.slice(0, Math.max(0, ours.length - keep))) await files.remove(name);
  }
}
