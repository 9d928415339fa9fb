import { describe, expect, it } from 'vitest';
import { ClientHello } from '../../../../edge-probe/app/client-hello.ts';
import { ja4 } from '../../../../edge-probe/app/ja4.ts';
import { clientHello, type HelloOptions } from '../../../support/hello-builder.ts';

/** What Chrome offers in the example of FoxIO's description of JA4. */
const CHROME: HelloOptions = {
  name: 'example.org',
  alpn: ['h2', 'http/1.1'],
  ciphers: [
    ...[0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014],
    ...[0x009c, 0x009d, 0x002f, 0x0035],
  ],
  extensions: [
    0x0017, 0xff01, 0x000a, 0x000b, 0x0023, 0x0005, 0x0012, 0x0033, 0x002d, 0x001b, 0x4469, 0x0015,
  ],
  signatureAlgorithms: [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601],
  versions: [0x0304, 0x0303],
};

function fingerprint(options: HelloOptions, carrier: 't' | 'q' | 'd' = 't'): string {
  const bytes = clientHello({ ...options, isDatagram: carrier === 'd' });
  const hello = new ClientHello();
  const view = new DataView(bytes.buffer);
  const outcome = hello.read({ view, at: 0, end: bytes.length, size: bytes.length, carrier });
  return outcome === 'whole' ? ja4(hello, bytes, carrier) : outcome;
}

describe('JA4', () => {
  it('is that of the example in its description', () => {
    expect(fingerprint(CHROME)).toBe('t13d1516h2_8daaf6152771_e5627efa2ab1');
  });

  it('does not depend on the order of ciphers and extensions, or on GREASE', () => {
    const { ciphers = [], extensions = [], versions = [] } = CHROME;
    const turned = {
      ...CHROME,
      ciphers: [0x1a1a, ...ciphers.toReversed()],
      extensions: [0xfafa, ...extensions.toReversed(), 0x0a0a],
      versions: [0x2a2a, ...versions],
    };

    expect(fingerprint(turned)).toBe(fingerprint(CHROME));
  });

  it('depends on the order of signature algorithms', () => {
    const signatureAlgorithms = CHROME.signatureAlgorithms?.toReversed() ?? [];

    expect(fingerprint({ ...CHROME, signatureAlgorithms })).not.toBe(fingerprint(CHROME));
  });

  it('says what carried the hello, its version, and that a name or protocol is missing', () => {
    const bare = { ciphers: [0x002f] };

    expect(fingerprint(bare)).toMatch(/^t12i010000_[0-9a-f]{12}_000000000000$/);
    expect(fingerprint({ ...bare, legacyVersion: 0x0301 })).toMatch(/^t10i/);
    expect(fingerprint({ ...bare, legacyVersion: 0xfefd }, 'd')).toMatch(/^dd2i/);
    expect(
      fingerprint({ ...bare, legacyVersion: 0xfefd, versions: [0xfefd, 0xfefc] }, 'd'),
    ).toMatch(/^dd3i/);
    expect(fingerprint({ ...bare, versions: [0x0304] }, 'q')).toMatch(/^q13i/);
    expect(fingerprint({ ciphers: [] })).toMatch(/^t12i000000_000000000000_000000000000$/);
  });

  it('writes a protocol that is no text by its digits', () => {
    expect(fingerprint({ ...CHROME, alpn: ['\xab\xcd'] })).toMatch(/^t13d1516ad_/);
    expect(fingerprint({ ...CHROME, alpn: ['h'] })).toMatch(/^t13d1516hh_/);
  });

  it('is not told of a hello with more ciphers than are kept', () => {
    expect(fingerprint({ ciphers: new Array(1_025).fill(5) })).toBe('');
    expect(fingerprint({ ciphers: new Array(1_024).fill(5) })).toMatch(/^t12i9900/);
  });
});

describe('ClientHello', () => {
  it('is cut when its size says more than is there, and malformed when its parts do not fit', () => {
    const bytes = clientHello(CHROME);
    const view = new DataView(bytes.buffer);
    const hello = new ClientHello();
    for (let end = 0; end < bytes.length; end++) {
      expect(hello.read({ view, at: 0, end, size: bytes.length, carrier: 't' })).toBe('cut');
    }
    for (const size of [10, 40, bytes.length - 1]) {
      expect(hello.read({ view, at: 0, end: size, size, carrier: 't' })).toBe('malformed');
    }
  });
});
