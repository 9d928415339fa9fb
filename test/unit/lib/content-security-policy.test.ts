import { describe, expect, it } from 'vitest';
import { contentSecurityPolicy } from '../../../lib/content-security-policy.ts';

const socketOrigin = 'wss://abc.execute-api.eu-central-1.amazonaws.com';

describe('contentSecurityPolicy', () => {
  it('starts from nothing and never allows inline code, eval or any host', () => {
    for (const mapbox of [false, true]) {
      const policy = contentSecurityPolicy({ socketOrigin, mapbox });

      expect(policy).toMatch(/^default-src 'none';/);
      expect(policy).not.toMatch(/unsafe|nonce| \*[ ;]|https?:[ ;]/);
    }
  });

  it('names the socket and, without a token, no third party', () => {
    const policy = contentSecurityPolicy({ socketOrigin, mapbox: false });

    expect(policy).toContain(`connect-src 'self' ${socketOrigin};`);
    expect(policy).not.toContain('https:');
  });
});
