import type { SpoolFile, SpoolFiles } from '../../../edge-probe/spool/files.ts';

const SECTOR = 512;

/** A file's bytes: what programs see, and what the disk is sure to hold. */
interface Inode {
  seen: Buffer;
  sure: Buffer;
  /** A sync has failed: what was written until then counts as clean and is never written again. */
  forgetful?: boolean;
}

type Call = <T>(kind: string, action: () => T, onFailure?: () => void) => Promise<T>;

type Name = { readonly name: string; readonly inode: Inode | undefined };

interface Step {
  readonly run: () => void;
}

/**
 * A disk in memory that can lose power: what was written and not synced is then lost, or kept, or torn, sector by
 * sector; names made, changed or removed and not synced are lost or kept, each on its own (after Pillai et al., All File
 * Systems Are Not Created Equal, OSDI 2014). Every call waits until `step` lets it happen.
 */
export class FakeDisk {
  /** What the next calls fail with, by what they do. */
  readonly failing = new Map<string, string>();
  /** Hears what each call does, when it happens. */
  onCall: (kind: string) => void = () => {};
  #seen = new Map<string, Inode>();
  #sure = new Map<string, Inode>();
  #names: Name[] = [];
  #steps: Step[] = [];
  #power = 0;

  /** Calls that wait. */
  get waiting(): number {
    return this.#steps.length;
  }

  get names(): readonly string[] {
    return [...this.#seen.keys()];
  }

  /** Lets the oldest call that waits happen; false when there is none. */
  step(): boolean {
    const step = this.#steps.shift();
    step?.run();
    return step !== undefined;
  }

  /** Power fails: calls under way never return, and the disk is left as it may be. */
  crash(random: () => number): void {
    this.#power++;
    this.#steps = [];
    for (const { name, inode } of this.#names) {
      if (random() < 0.5) continue;
      if (inode === undefined) this.#sure.delete(name);
      else this.#sure.set(name, inode);
    }
    this.#names = [];
    for (const inode of new Set(this.#sure.values())) {
      inode.sure = torn(inode, random);
      inode.seen = Buffer.from(inode.sure);
    }
    this.#seen = new Map(this.#sure);
  }

  /** Puts bytes there that the spool did not write. */
  plant(name: string, bytes: Uint8Array): void {
    const inode = { seen: Buffer.from(bytes), sure: Buffer.from(bytes) };
    this.#seen.set(name, inode);
    this.#sure.set(name, inode);
  }

  /** Bytes of a file as programs see them; undefined when there is none. */
  bytesOf(name: string): Buffer | undefined {
    return this.#seen.get(name)?.seen;
  }

  /** The folder for one life of the machine: after a crash it is dead. */
  files(): SpoolFiles {
    const power = this.#power;
    const call: Call = (kind, action, onFailure) =>
      new Promise((resolve, reject) => {
        if (power !== this.#power) return;
        this.#steps.push({
          run: () => {
            this.onCall(kind);
            const code = this.failing.get(kind) ?? this.failing.get('all');
            if (code !== undefined) {
              onFailure?.();
              return reject(systemError(code, kind));
            }
            try {
              resolve(action());
            } catch (error) {
              reject(error);
            }
          },
        });
      });
    const file = (inode: Inode): SpoolFile => fileOf(inode, call);
    return {
      list: () => call('list', () => [...this.#seen.keys()]),
      create: async (name) =>
        file(
          await call('create', () => {
            if (this.#seen.has(name)) throw systemError('EEXIST', name);
            const inode = { seen: Buffer.alloc(0), sure: Buffer.alloc(0) };
            this.#name(name, inode);
            return inode;
          }),
        ),
      open: async (name) => file(await call('open', () => this.#find(name))),
      rename: (from, to) =>
        call('rename', () => {
          const inode = this.#find(from);
          this.#name(to, inode);
          this.#name(from, undefined);
        }),
      remove: (name) =>
        call('remove', () => {
          this.#find(name);
          this.#name(name, undefined);
        }),
      sync: () =>
        call('syncFolder', () => {
          this.#sure = new Map(this.#seen);
          this.#names = [];
        }),
    };
  }

  #find(name: string): Inode {
    const inode = this.#seen.get(name);
    if (inode === undefined) throw systemError('ENOENT', name);
    return inode;
  }

  #name(name: string, inode: Inode | undefined): void {
    if (inode === undefined) this.#seen.delete(name);
    else this.#seen.set(name, inode);
    this.#names.push({ name, inode });
  }
}

function fileOf(inode: Inode, call: Call): SpoolFile {
  return {
    write: (bytes, at) =>
      call('write', () => {
        const seen = Buffer.alloc(Math.max(inode.seen.length, at + bytes.length));
        inode.seen.copy(seen);
        seen.set(bytes, at);
        inode.seen = seen;
        return bytes.length;
      }),
    read: (into, at) => call('read', () => copyRange(inode.seen, into, [at, at + into.length])),
    sync: () =>
      call(
        'sync',
        () => {
          if (!inode.forgetful) inode.sure = Buffer.from(inode.seen);
        },
        () => {
          inode.forgetful = true;
        },
      ),
    truncate: (length) =>
      call('truncate', () => {
        inode.seen = Buffer.from(inode.seen.subarray(0, length));
      }),
    size: () => call('size', () => inode.seen.length),
    close: async () => {},
  };
}

/** What the disk may hold of a file: any length between, and of each sector that changed the old or the new bytes. */
function torn({ seen, sure }: Inode, random: () => number): Buffer {
  if (seen.equals(sure)) return sure;
  const [low, high] = [Math.min(seen.length, sure.length), Math.max(seen.length, sure.length)];
  const length = random() < 0.3 ? high : low + Math.floor(random() * (high - low + 1));
  const bytes = Buffer.alloc(length);
  sure.copy(bytes);
  for (let at = 0; at < length; at += SECTOR) {
    const end = Math.min(at + SECTOR, length);
    // A sector can be written in part when the power goes.
    const until = random() < 0.1 ? at + Math.floor(random() * (end - at)) : end;
    if (random() < 0.5) copyRange(seen, bytes.subarray(at), [at, until]);
  }
  return bytes;
}

function copyRange(from: Buffer, into: Uint8Array, [at, end]: [number, number]): number {
  return at < from.length ? from.copy(into, 0, at, Math.min(end, from.length)) : 0;
}

function systemError(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${what}`), { code });
}
