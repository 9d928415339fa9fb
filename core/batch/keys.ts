/**
 * What each key is for that HKDF-SHA256 (RFC 5869, no salt, 32 bytes) derives from a sensor's key: its info.
 * Who holds one of them learns neither the sensor's key nor the other ones.
 */
export const KEY_INFO = {
  /** HMAC-SHA256 over a batch's header and compressed events. */
  signing: 'skirmish batch signing',
  /** AES-256-CTR over a batch's compressed events. */
  encryption: 'skirmish batch encryption',
  /** TLS between a probe and its relay. */
  relay: 'skirmish relay',
} as const;
