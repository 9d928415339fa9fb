import { describe, expect, it } from 'vitest';
import { SERVICES } from '../../../../core/classify/services.ts';
import { Identifier } from '../../../../edge-probe/app/identifier.ts';
import { initialSecrets, openInitial } from '../../../../edge-probe/app/quic-keys.ts';
import { initialPacket } from '../../../support/initial-builder.ts';

const HELLO = { name: 'quic.example.org', alpn: ['h3'], versions: [0x0304], keyBytes: 1_200 };
const FOUND = 2;
const MORE = 1;

function ask(identifier: Identifier, bytes: Uint8Array): { answer: number; service: string } {
  const view = new DataView(bytes.buffer);
  const answer = identifier.identify(bytes, view, 0, bytes.length, 17, true, 443);
  return { answer, service: SERVICES[identifier.service]?.name ?? '' };
}

describe('an Initial packet of QUIC', () => {
  it('tells its name and fingerprint', () => {
    const identifier = new Identifier();

    expect(ask(identifier, initialPacket({ ...HELLO, keyBytes: 100 }))).toEqual({
      answer: FOUND,
      service: 'quic',
    });
    expect(identifier.name).toBe('quic.example.org');
    expect(SERVICES[identifier.nameService]?.name).toBe('quic');
    expect(identifier.fingerprint).toMatch(/^q13d0204h3_[0-9a-f]{12}_[0-9a-f]{12}$/);
  });

  it('is put together with the next when the hello is long, in either order', () => {
    const parts = [
      initialPacket({ ...HELLO, to: 900 }),
      initialPacket({ ...HELLO, from: 900, number: 1 }),
    ];
    const told = [parts, parts.toReversed()].map((order) => {
      const identifier = new Identifier();
      const answers = order.map((bytes) => ask(identifier, bytes).answer);
      expect(answers).toEqual([MORE, FOUND]);
      return `${identifier.name} ${identifier.fingerprint}`;
    });

    expect(told[0]).toMatch(/^quic\.example\.org q13d/);
    expect(told[1]).toBe(told[0]);
  });

  it('is QUIC without a name when it was changed on its way', () => {
    const bytes = initialPacket({ ...HELLO, keyBytes: 100 });
    bytes[600] = (bytes[600] as number) ^ 1;
    const identifier = new Identifier();

    expect(ask(identifier, bytes)).toEqual({ answer: FOUND, service: 'quic' });
    expect(identifier.name).toBe('');
  });

  it('is opened 2,000 times a second at most', () => {
    const identifier = new Identifier();
    const bytes = initialPacket({ ...HELLO, keyBytes: 100 });
    let named = 0;
    for (let i = 0; i < 2_100; i++) {
      identifier.at(1 + i, 5_000);
      ask(identifier, bytes);
      if (identifier.name !== '') named++;
    }
    identifier.at(1, 6_000);
    ask(identifier, bytes);

    expect(named).toBe(2_000);
    expect(identifier.name).toBe('quic.example.org');
  });
});

describe('openInitial', () => {
  it('knows versions by their numbers, and refuses what is too short', () => {
    const secrets = initialSecrets(1);

    expect(secrets).toBeDefined();
    expect(initialSecrets(0xff00001d)).toBeDefined();
    expect(initialSecrets(2)).toBeUndefined();
    const bytes = new Uint8Array(30);
    const packet = { bytes, at: 0, connection: bytes, numberAt: 10, end: 30 };
    expect(openInitial(packet, secrets as NonNullable<typeof secrets>)).toBeUndefined();
  });
});
