import { constants } from 'node:crypto';
import type { SecureContextOptions, SecureVersion } from 'node:tls';

const VERSION: SecureVersion = 'TLSv1.3';

/**
 * TLS 1.3 with an external pre-shared key and an ephemeral key exchange (psk_dhe_ke, RFC 8446 §4.2.9).
 * OpenSSL takes such keys for suites with SHA-256 only. Without tickets every connection proves the key again.
 */
export const RELAY_TLS: SecureContextOptions = {
  minVersion: VERSION,
  maxVersion: VERSION,
  ciphers: 'TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256',
  secureOptions: constants.SSL_OP_NO_TICKET,
};
