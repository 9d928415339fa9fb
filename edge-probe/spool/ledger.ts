import { crc32 } from 'node:zlib';
import { fail, ok, type Result } from '../../core/result.ts';
import { codeOf, readRange, type SpoolFiles, writeWhole } from './files.ts';

export const LEDGER = 'ledger';
/** Written here first, then renamed: the ledger is never half of one. */
export const NEW_LEDGER = 'ledger.new';
const MAX_BYTES = 16 * 1024 * 1024;

/** What need not be sent again. */
export interface Ledger {
  /** Segments below this are done with. */
  readonly first: number;
  /** Segments from here on were not begun. */
  readonly next: number;
  /** The stream has acknowledged a batch of this spool. */
  readonly worked: boolean;
  /** A process has the spool open, or ended without closing it. */
  readonly open: boolean;
  /** Segments from `first` on that are done with. */
  readonly done: readonly number[];
  /** Records that need not be kept, pairs of first and last, by segment. */
  readonly released: Readonly<Record<string, readonly number[]>>;
  /** Dropped batches that the stream was not told of yet, pairs of sequences by `probe/boot`. */
  readonly hollow: Readonly<Record<string, readonly number[]>>;
}

export const NEW: Ledger = {
  first: 1,
  next: 1,
  worked: false,
  open: false,
  done: [],
  released: {},
  hollow: {},
};

/** Makes it the ledger, as one step that power loss cannot cut in two. */
export async function writeLedger(files: SpoolFiles, ledger: Ledger): Promise<void> {
  const json = JSON.stringify(ledger);
  const bytes = Buffer.from(`${checksum(json)} ${json}\n`);
  await files.remove(NEW_LEDGER).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
  });
  const file = await files.create(NEW_LEDGER);
  try {
    await writeWhole(file, bytes, 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await files.rename(NEW_LEDGER, LEDGER);
  await files.sync();
}

/** The ledger of the folder, new when there is none; rejects when it cannot be read. */
export async function readLedger(
  files: SpoolFiles,
  names: readonly string[],
): Promise<Result<Ledger, 'damaged'>> {
  if (!names.includes(LEDGER)) return ok(NEW);
  const file = await files.open(LEDGER, 'read');
  try {
    return decodeLedger(await readRange(file, 0, Math.min(MAX_BYTES, await file.size())));
  } finally {
    await file.close();
  }
}

function decodeLedger(bytes: Uint8Array): Result<Ledger, 'damaged'> {
  const text = Buffer.from(bytes).toString('utf8').trimEnd();
  const json = text.slice(9);
  if (text.slice(0, 8) !== checksum(json)) return fail('damaged');
  try {
    // The checksum is ours: what it fits was written by `writeLedger`.
    return ok({ ...NEW, ...(JSON.parse(json) as Partial<Ledger>) });
  } catch {
    return fail('damaged');
  }
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0');
}
