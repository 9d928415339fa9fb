import { createCipheriv, createHmac, hkdfSync } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { COMPRESSION, type Sealing } from '../../core/batch/envelope.ts';
import { KEY_INFO } from '../../core/batch/keys.ts';

/** Compression, encryption and signature of a probe's batches with the keys of its sensor's 32-byte key. */
export function batchSealing(key: Uint8Array): Sealing {
  const signing = derivedKey(key, KEY_INFO.signing);
  const encryption = derivedKey(key, KEY_INFO.encryption);
  return {
    compression: COMPRESSION.deflateRaw,
    compress: (bytes) => deflateRawSync(bytes),
    sign: (header, payload) =>
      createHmac('sha256', signing).update(header).update(payload).digest(),
    encrypt: (bytes, iv) => createCipheriv('aes-256-ctr', encryption, iv).update(bytes),
  };
}

/** 32 bytes of HKDF-SHA256 for one purpose; they tell nothing of the key or of those for other purposes. */
export function derivedKey(key: Uint8Array, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', info, 32));
}
