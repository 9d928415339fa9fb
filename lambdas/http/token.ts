import { Buffer } from 'node:buffer';
import type { z } from 'zod';

/** A request’s line and headers have at most 10,240 bytes at API Gateway: a longer token would not come back. */
export const MAX_TOKEN_CHARS = 7_000;

/** A cursor as clients keep it. It is no secret and proves nothing: one that was changed reads elsewhere in the same logs. */
export function encodeToken(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** What a client’s token holds, undefined when it is none that the schema allows. */
export function decodeToken<T>(text: string, schema: z.ZodType<T>): T | undefined {
  if (text.length > MAX_TOKEN_CHARS) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
  const parsed = schema.safeParse(json);
  return parsed.success ? parsed.data : undefined;
}
