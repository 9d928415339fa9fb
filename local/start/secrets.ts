import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The token of the operator audience, made at the first start and kept. */
export function operatorToken(dataDir: string): { token: string; sha256: string } {
  const token = keptSecret(join(dataDir, 'operator-token'));
  return { token, sha256: createHash('sha256').update(token).digest('hex') };
}

/** Path and content of a probe's key file: 32 random bytes as base64url text, made at the first start. */
export function probeKey(dataDir: string, probe: string): { path: string; key: string } {
  const path = join(dataDir, 'keys', `${probe}.key`);
  return { path, key: keptSecret(path) };
}

function keptSecret(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const secret = randomBytes(32).toString('base64url');
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, `${secret}\n`, { mode: 0o600 });
    return secret;
  }
}
