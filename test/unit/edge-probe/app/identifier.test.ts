import { describe, expect, it } from 'vitest';
import { SERVICES } from '../../../../core/classify/services.ts';
import { Identifier } from '../../../../edge-probe/app/identifier.ts';
import { APPLICATION_SAMPLES } from '../../../support/application-samples.ts';
import { dtlsHello, tlsHello } from '../../../support/hello-builder.ts';
import { join } from '../../../support/packet-builder.ts';
import { seededRandom } from '../../../support/random.ts';

const TCP = 6;
const NONE = 0;
const MORE = 1;
const FOUND = 2;

interface Told {
  readonly answer: number;
  readonly service: string;
  readonly confidence: number;
  readonly name: string;
  readonly nameService: string;
  readonly fingerprint: string;
}

function identify(
  bytes: Uint8Array,
  { protocol = TCP, port = 40_000, identifier = new Identifier(), fromInitiator = true } = {},
): Told {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const args = [0, bytes.length, protocol, fromInitiator, port] as const;
  const answer = identifier.identify(bytes, view, ...args);
  const { service, confidence, name, nameService, fingerprint } = identifier;
  return {
    ...{ answer, service: SERVICES[service]?.name ?? '', confidence, name },
    ...{ nameService: SERVICES[nameService]?.name ?? '', fingerprint },
  };
}

const text = (value: string): Uint8Array => Uint8Array.from(Buffer.from(value, 'latin1'));

describe('Identifier', () => {
  it.each(APPLICATION_SAMPLES.map((sample, i) => [i, sample.service, sample] as const))(
    'knows sample %d as %s',
    (_, service, { bytes, protocol, port }) => {
      const told = identify(bytes, { protocol, port });

      expect(told).toMatchObject({ answer: FOUND, service });
      expect(told.confidence).toBeGreaterThanOrEqual(50);
      expect(told.confidence).toBeLessThanOrEqual(100);
    },
  );

  it('reads nothing behind a payload, at whatever length it is cut', () => {
    for (const { bytes, protocol, port } of APPLICATION_SAMPLES) {
      for (let length = 0; length <= Math.min(bytes.length, 300); length++) {
        const told = [0, 0xff].map((poison) => {
          const buffer = new Uint8Array(bytes.length + 64).fill(poison);
          buffer.set(bytes.subarray(0, length));
          const identifier = new Identifier();
          const view = new DataView(buffer.buffer);
          const answer = identifier.identify(buffer, view, 0, length, protocol, true, port);
          return [answer, identifier.service, identifier.name, identifier.fingerprint];
        });
        expect(told[0]).toEqual(told[1]);
      }
    }
  });

  it('tells nothing of random bytes, and of other protocols', () => {
    const random = seededRandom(4);
    const counts = [0, 0, 0];
    for (let i = 0; i < 20_000; i++) {
      const bytes = Uint8Array.from({ length: 64 }, () => random() * 256);
      const protocol = i % 2 === 0 ? 6 : 17;
      (counts[identify(bytes, { protocol }).answer] as number)++;
    }

    expect(counts[FOUND]).toBeLessThan(20);
    expect(identify(text('SSH-2.0-x\r\n'), { protocol: 132 }).answer).toBe(NONE);
    expect(identify(new Uint8Array(0)).answer).toBe(NONE);
  });

  it('believes a weak sign at the port of its service only', () => {
    const answer = text('USER joe\r\n');

    expect(identify(answer, { port: 110 })).toMatchObject({ service: 'pop3', confidence: 70 });
    expect(identify(answer).answer).toBe(NONE);
  });

  it('waits for the client where a greeting could be of two services', () => {
    const identifier = new Identifier();

    expect(identify(text('220 host ready\r\n'), { identifier }).answer).toBe(MORE);
    expect(identify(text('EHLO me\r\n'), { identifier }).service).toBe('smtp');
  });
});

describe('names', () => {
  const host = (value: string) =>
    identify(text(`GET / HTTP/1.1\r\nA: b\r\nhost:  ${value}\r\n\r\n`));

  it('come from Host, without its port and in lower case', () => {
    expect(host('WWW.Example.org:8080')).toMatchObject({
      ...{ name: 'www.example.org', nameService: 'http', service: 'http' },
    });
  });

  it('are not told of addresses, and counted when they are no names', () => {
    const identifier = new Identifier();
    for (const bad of ['exa mple', '-x.org', 'a..b', `${'x'.repeat(64)}.org`, '<script>']) {
      expect(identify(text(`GET / HTTP/1.1\r\nHost: ${bad}\r\n\r\n`), { identifier }).name).toBe(
        '',
      );
    }

    expect(identifier.counters.malformedNames).toBe(5);
    expect(host('192.0.2.1:80').name).toBe('');
    expect(host('[2001:db8::1]:80').name).toBe('');
  });

  it('are not looked for in content', () => {
    const body = text('POST / HTTP/1.0\r\n\r\nHost: evil.example\r\n\r\n');

    expect(identify(body)).toMatchObject({ service: 'http', name: '' });
  });

  it('come from SNI, and never from an earlier call', () => {
    const identifier = new Identifier();
    const hello = tlsHello({ name: 'Imap.Example.org' });

    expect(identify(hello, { identifier, port: 993 })).toMatchObject({
      ...{ service: 'imap', name: 'imap.example.org', nameService: 'tls' },
    });
    expect(identify(tlsHello(), { identifier })).toMatchObject({ service: 'tls', name: '' });
    expect(identify(dtlsHello({ name: 'd.example.org' }), { protocol: 17 })).toMatchObject({
      ...{ service: 'dtls', name: 'd.example.org', nameService: 'dtls' },
    });
  });
});

describe('a hello that is cut between segments', () => {
  const whole = tlsHello({ name: 'www.example.org', alpn: ['h2'], keyBytes: 1_300 });
  const [first, second] = [whole.subarray(0, 1_200), whole.subarray(1_200)];

  it('is known at once and has its fingerprint with the rest', () => {
    const identifier = new Identifier();
    identifier.at(7, 1);
    const begun = identify(first, { identifier, port: 443 });
    identifier.at(7, 2);
    const done = identify(second, { identifier, port: 443 });

    expect(begun).toMatchObject({ answer: MORE, service: 'https', name: 'www.example.org' });
    expect(begun.fingerprint).toBe('');
    expect(done).toMatchObject({ answer: FOUND, service: 'https', name: 'www.example.org' });
    expect(done.fingerprint).toBe(identify(whole, { port: 443 }).fingerprint);
  });

  it('is not mixed with other flows, or with the other side', () => {
    const identifier = new Identifier();
    identifier.at(7, 1);
    identify(first, { identifier, port: 443 });
    identifier.at(8, 1);
    expect(identify(second, { identifier, port: 443 }).answer).toBe(NONE);
    identifier.at(7, 1);
    expect(identify(second, { identifier, port: 443, fromInitiator: false }).answer).toBe(NONE);
    expect(identify(second, { identifier, port: 443 }).answer).toBe(FOUND);
  });

  it('is kept for 64 flows at most, the oldest given up and counted', () => {
    const identifier = new Identifier();
    for (let flow = 1; flow <= 70; flow++) {
      identifier.at(flow, 1);
      identify(first, { identifier });
    }

    expect(identifier.counters.droppedHellos).toBe(6);
    identifier.at(1, 1);
    expect(identify(second, { identifier }).answer).toBe(NONE);
    expect(identify(join(first, second), { identifier }).answer).toBe(FOUND);
  });
});
