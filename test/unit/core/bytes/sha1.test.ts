import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sha1Block } from '../../../../core/bytes/sha1.ts';

describe('sha1Block', () => {
  it('is SHA-1 of each length it takes', () => {
    for (let length = 0; length <= 55; length++) {
      const message = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 0xff);
      const expected = createHash('sha1').update(message).digest('hex');

      expect(Buffer.from(sha1Block(message)).toString('hex')).toBe(expected);
    }
  });

  it('takes no more than one block', () => {
    expect(() => sha1Block(new Uint8Array(56))).toThrow('55 bytes');
  });
});
