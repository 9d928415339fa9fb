import { createCipheriv, createHmac, hkdfSync } from 'node:crypto';
import { brotliCompressSync, constants } from 'node:zlib';
import type { Sealing } from '../../core/batch/envelope.ts';
import { KEY_INFO } from '../../core/batch/keys.ts';

/** On batches quality 4 is shorter than deflate and takes half its time; a window of 256 KiB holds any batch. */
const QUALITY = 4;
const WINDOW_BITS = 18;

/** Brotli as batches carry it. */
export function compressBatch(bytes: Uint8Array): Uint8Array {
  return brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
}

/** Compression, encryption and signature of a probe's batches with the keys of its sensor's 32-byte key. */
export function batchSealing(key: Uint8Array): Sealing {
  const signing = derivedKey(key, KEY_INFO.signing);
  const encryption = derivedKey(key, KEY_INFO.encryption);
  return {
    compress: compressBatch,
    sign: (header, payload) =>
      createHmac('sha256', signing).update(header).update(payload).digest(),
    encrypt: (bytes, iv) => createCipheriv('aes-256-ctr', encryption, iv).update(bytes),
  };
}

/** 32 bytes of HKDF-SHA256 for one purpose; they tell nothing of the key or of those for other purposes. */
export function derivedKey(key: Uint8Array, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', info, 32));
}
