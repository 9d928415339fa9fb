import { describe, expect, it } from 'vitest';
import { DnsReader } from '../../../../edge-probe/decode/dns.ts';
import { dnsName, dnsResponse, join, u16 } from '../../../support/packet-builder.ts';

const POINTER_TO_QUESTION = Uint8Array.of(0xc0, 12);
const A = { name: POINTER_TO_QUESTION, type: 1, data: [192, 0, 2, 9] };

interface Read {
  readonly outcome: string;
  readonly found: { readonly name: string; readonly address: readonly number[] }[];
}

function read(message: Uint8Array): Read {
  const found: { name: string; address: number[] }[] = [];
  const reader = new DnsReader((at, size) => {
    found.push({ name: reader.name(), address: [...message.subarray(at, at + size)] });
  });
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  return { outcome: reader.read(view, 0, message.length), found };
}

describe('DnsReader', () => {
  it('finds A and AAAA records and the name that was asked for', () => {
    const aaaa = { name: POINTER_TO_QUESTION, type: 28, data: new Array(16).fill(7) };

    expect(read(dnsResponse('www.Example.ORG', [A, aaaa]))).toEqual({
      outcome: 'answer',
      found: [
        { name: 'www.example.org', address: A.data },
        { name: 'www.example.org', address: aaaa.data },
      ],
    });
  });

  it('gives the end of a chain of aliases the name that was asked for', () => {
    const alias = { name: POINTER_TO_QUESTION, type: 5, data: [...dnsName('cdn.example.net')] };
    const end = { name: dnsName('cdn.example.net'), type: 1, data: A.data };

    expect(read(dnsResponse('shop.example', [alias, end])).found[0]?.name).toBe('shop.example');
  });

  it('gives glue its own name', () => {
    const message = dnsResponse('example.org', [A, { ...A, name: dnsName('ns.example.net') }]);
    message.set([...u16(1), ...u16(0), ...u16(1)], 6);

    expect(read(message).found.map(({ name }) => name)).toEqual(['example.org', 'ns.example.net']);
  });

  it('makes any name printable', () => {
    const evil = '<b>\u0000\u001b[31m\u00e9\\x y';

    expect(read(dnsResponse(evil, [A])).found[0]?.name).toBe('<b>\\000\\027[31m\\233\\092x\\032y');
  });

  it('tells a dot in a label from one between labels', () => {
    const message = dnsResponse('ab', [A]);
    message[14] = 0x2e;

    expect(read(message).found[0]?.name).toBe('a\\046');
  });

  it('follows no pointer in a circle', () => {
    const loop = dnsResponse('a', []);
    const message = join(loop.subarray(0, 12), [0xc0, 12], u16(1), u16(1), [0xc0, 12, 0, 1, 0, 1]);
    const whole = join(message, [0, 0, 0, 9, 0, 4], A.data);
    whole.set(u16(1), 6);

    expect(read(whole)).toMatchObject({ outcome: 'answer', found: [{ name: '' }] });
  });

  it('is not interested in questions and empty answers', () => {
    const question = dnsResponse('a.example', [A]);
    question[2] = 1;

    expect(read(question).outcome).toBe('not-an-answer');
    expect(read(dnsResponse('a.example', [])).outcome).toBe('not-an-answer');
  });

  it('keeps what it found before a message is cut', () => {
    const message = dnsResponse('a.example', [A, A]);

    for (let length = 12; length < message.length; length++) {
      const { outcome, found } = read(message.subarray(0, length));
      expect(outcome).toBe('malformed');
      expect(found).toHaveLength(length >= message.length - 16 ? 1 : 0);
    }
  });

  it('reads no label longer than 63 bytes', () => {
    const message = dnsResponse('a.example', [A]);
    message[12] = 0x40;

    expect(read(message).outcome).toBe('malformed');
  });

  it('keeps names within 255 bytes', () => {
    const long = new Array(80).fill('abc').join('.');

    expect(
      read(dnsResponse(long, [{ ...A, name: dnsName(long) }])).found[0]?.name.length,
    ).toBeLessThan(256);
  });
});
