import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** An object in a bucket. */
export interface StoredObject {
  readonly body: Buffer;
  /** Lower-case header names: content-type, cache-control, x-amz-meta-… */
  readonly headers: Readonly<Record<string, string>>;
  readonly etag: string;
  /** ms since the epoch. */
  readonly lastModified: number;
}

type Head = Omit<StoredObject, 'body'> & { readonly key: string; readonly size: number };

/** Objects of all buckets as files: the name is a hash of the key, as keys need not be good file names. */
export class S3Store {
  readonly #directory: string;
  /** Heads by bucket, then by key. */
  readonly #heads = new Map<string, Map<string, Head>>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Reads what an earlier run has stored in these buckets. */
  async open(buckets: readonly string[]): Promise<void> {
    for (const bucket of buckets) {
      const heads = new Map<string, Head>();
      this.#heads.set(bucket, heads);
      const folder = join(this.#directory, bucket);
      await mkdir(folder, { recursive: true });
      for (const name of await readdir(folder)) {
        if (!name.endsWith('.json')) continue;
        const head = JSON.parse(await readFile(join(folder, name), 'utf8')) as Head;
        heads.set(head.key, head);
      }
    }
  }

  hasBucket(bucket: string): boolean {
    return this.#heads.has(bucket);
  }

  async put(
    bucket: string,
    key: string,
    object: Pick<StoredObject, 'body' | 'headers'>,
  ): Promise<Head> {
    const head: Head = {
      key,
      headers: object.headers,
      etag: `"${createHash('md5').update(object.body).digest('hex')}"`,
      size: object.body.length,
      lastModified: Date.now(),
    };
    const path = this.#path(bucket, key);
    await writeDurably(`${path}.bin`, object.body);
    await writeDurably(`${path}.json`, Buffer.from(JSON.stringify(head)));
    this.#bucket(bucket).set(key, head);
    return head;
  }

  async get(bucket: string, key: string): Promise<StoredObject | undefined> {
    const head = this.#bucket(bucket).get(key);
    if (head === undefined) return undefined;
    return { ...head, body: await readFile(`${this.#path(bucket, key)}.bin`) };
  }

  async remove(bucket: string, key: string): Promise<void> {
    this.#bucket(bucket).delete(key);
    const path = this.#path(bucket, key);
    await rm(`${path}.json`, { force: true });
    await rm(`${path}.bin`, { force: true });
  }

  /** Heads of the keys with a prefix, in the order of the keys. */
  list(bucket: string, prefix: string): readonly Head[] {
    return [...this.#bucket(bucket).values()]
      .filter((head) => head.key.startsWith(prefix))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  #bucket(bucket: string): Map<string, Head> {
    const heads = this.#heads.get(bucket);
    if (heads === undefined) throw new Error(`No bucket ${bucket}.`);
    return heads;
  }

  #path(bucket: string, key: string): string {
    return join(this.#directory, bucket, createHash('sha256').update(key).digest('hex'));
  }
}

async function writeDurably(path: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, bytes, { flush: true } as object);
  await rename(`${path}.new`, path);
}
