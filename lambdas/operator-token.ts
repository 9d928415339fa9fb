import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether a token is the one whose SHA-256 (hex) the operator set; never when none is set. */
export function isOperatorToken(token: string, digestHex: string): boolean {
  const given = createHash('sha256').update(token).digest();
  const wanted = Buffer.from(digestHex, 'hex');
  return wanted.length === given.length && timingSafeEqual(given, wanted);
}
