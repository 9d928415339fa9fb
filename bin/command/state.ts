import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../lib/paths.ts';

/** Flag for another folder of secrets, for parseArgs. */
export const STATE_FLAGS = {
  'state-dir': { type: 'string', default: join(ROOT, '.skirmish/deploy') },
} as const;

/** Its line for --help. */
export const STATE_HELP =
  '  --state-dir DIR where the operator token and the key files are kept (.skirmish/deploy)';

/** Secrets of this checkout, in a folder that git ignores and only its owner can read. */
export class StateFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The operator's token: 256 random bits, made when first asked for and when a new one is wanted. */
  operatorToken(options: { readonly renew?: boolean | undefined } = {}): string {
    const path = this.#path('operator-token');
    const kept = options.renew ? undefined : readText(path);
    if (kept !== undefined) return kept;
    const token = randomBytes(32).toString('base64url');
    this.#write(path, token);
    return token;
  }

  /** File of a probe's key. */
  keyFile(probe: string): string {
    return this.#path(`${probe}.key`);
  }

  /** Writes a probe's key; answers its file. */
  writeKey(probe: string, key: string): string {
    const path = this.keyFile(probe);
    this.#write(path, key);
    return path;
  }

  /** Deletes every secret. */
  clear(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  #write(path: string, text: string): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    writeFileSync(path, `${text}\n`, { mode: 0o600 });
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
