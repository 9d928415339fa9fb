import { readFileSync } from 'node:fs';
import { ProbeError, reasonOf } from '../cli/probe-error.ts';

/** The sensor's key: 32 bytes as base64url text, as the registry holds it. */
export function readKeyFile(path: string): Uint8Array {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new ProbeError(
      'failed',
      `cannot read the key file ${path}: ${reasonOf(error)}. Give --key-file the file that enrolling the probe wrote.`,
      error,
    );
  }
  const key = Buffer.from(text, 'base64url');
  if (key.length !== 32 || !/^[A-Za-z0-9_-]+=?$/.test(text)) {
    throw new ProbeError(
      'failed',
      `${path} is not a probe key: it must hold 32 bytes as base64url text (43 characters). Enrol the probe again to get one.`,
    );
  }
  return key;
}
