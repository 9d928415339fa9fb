/** A file as a look into the directory finds it. */
export interface SeenFile {
  readonly name: string;
  readonly inode: number;
  readonly size: number;
  readonly mtimeMs: number;
}

interface Tracked extends SeenFile {
  /** Since when it did not change, on the clock of the looks, ms. */
  readonly sinceMs: number;
}

/** Names that are being written, or nobody's business. */
const LEFT_ALONE = /^\.|\.(part|tmp|partial|swp)$|~$/;

/**
 * Tells which files of a directory are finished: nothing changed for `settleMs`, or a newer one of the same series is
 * there. What it remembers is what the last look saw.
 */
export class FinishedFiles {
  readonly #settleMs: number;
  #tracked = new Map<string, Tracked>();

  constructor(settleMs: number) {
    this.#settleMs = settleMs;
  }

  /** The finished ones of what is there, oldest first. `nowMs` is of a clock that nobody sets. */
  look(seen: readonly SeenFile[], nowMs: number): SeenFile[] {
    const files = seen.filter(({ name }) => !LEFT_ALONE.test(name));
    const before = this.#tracked;
    this.#tracked = new Map(
      files.map((file) => [
        file.name,
        { ...file, sinceMs: sinceOf(before.get(file.name), file, nowMs) },
      ]),
    );
    const newest = newestOfSeries(files);
    return [...this.#tracked.values()]
      .filter((file) => {
        const later = newest.get(seriesOf(file.name));
        return (
          nowMs - file.sinceMs >= this.#settleMs || (later !== undefined && later !== file.name)
        );
      })
      .sort(byTime);
  }
}

/** What the names of one rotation share: `eth0-20261121T0551.pcap` and `x.pcap3` without what counts them. */
export function seriesOf(name: string): string {
  const counted = /^(.*\.(?:pcap|pcapng|cap|dmp))\d+$/.exec(name);
  if (counted) return counted[1] as string;
  return name.replace(/(^|[-_.])[\dTZ]+(?:[-_.:][\dTZ]+)*(?=(?:\.[a-z]\w*)*$)/i, '$1#');
}

function sinceOf(before: Tracked | undefined, file: SeenFile, nowMs: number): number {
  const same =
    before?.inode === file.inode && before.size === file.size && before.mtimeMs === file.mtimeMs;
  return same ? before.sinceMs : nowMs;
}

function newestOfSeries(files: readonly SeenFile[]): Map<string, string> {
  const newest = new Map<string, string>();
  for (const { name } of [...files].sort(byTime)) newest.set(seriesOf(name), name);
  return newest;
}

function byTime(a: SeenFile, b: SeenFile): number {
  return a.mtimeMs - b.mtimeMs || a.name.localeCompare(b.name, 'en', { numeric: true });
}
