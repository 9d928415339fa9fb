import { createCipheriv, createHmac } from 'node:crypto';
import { clientHello, type HelloOptions } from './hello-builder.ts';
import { join, u16, u32 } from './packet-builder.ts';

/** RFC 9001, 5.2. */
const SALT = Buffer.from('38762cf7f55934b34d179ae6a4c80cadccbb7f0a', 'hex');
const CONNECTION = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const SIZE = 1_162;

export interface InitialOptions extends HelloOptions {
  /** Which of the hello's bytes this packet has. */
  readonly from?: number;
  readonly to?: number;
  readonly number?: number;
}

/** An Initial packet of QUIC 1 with a ClientHello, or a part of one, protected as RFC 9001 says. */
export function initialPacket(options: InitialOptions = {}): Uint8Array {
  const body = clientHello(options);
  const hello = join([1, 0], u16(body.length), body);
  const { from = 0, to = hello.length, number = 0 } = options;
  const part = hello.subarray(from, to);
  const crypto = join([6], varint(from), varint(part.length), part);
  const frames = join(crypto, new Uint8Array(Math.max(0, SIZE - crypto.length)));
  const header = join(
    [0xc3],
    u32(1),
    [8],
    CONNECTION,
    [0, 0],
    varint(frames.length + 20),
    u32(number),
  );
  return protect(header, frames, number);
}

function protect(header: Uint8Array, frames: Uint8Array, number: number): Uint8Array {
  const initial = createHmac('sha256', SALT).update(CONNECTION).digest();
  const client = expand(initial, 'client in', 32);
  const iv = expand(client, 'quic iv', 12);
  iv[11] = (iv[11] as number) ^ number;
  const cipher = createCipheriv('aes-128-gcm', expand(client, 'quic key', 16), iv);
  cipher.setAAD(header);
  const sealed = join(cipher.update(frames), cipher.final(), cipher.getAuthTag());
  const ecb = createCipheriv('aes-128-ecb', expand(client, 'quic hp', 16), null);
  const mask = ecb.update(sealed.subarray(0, 16));
  const whole = join(header, sealed);
  whole[0] = (whole[0] as number) ^ ((mask[0] as number) & 15);
  for (let i = 0; i < 4; i++) {
    const at = header.length - 4 + i;
    whole[at] = (whole[at] as number) ^ (mask[1 + i] as number);
  }
  return whole;
}

function expand(secret: Uint8Array, label: string, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`);
  const info = join(u16(length), [name.length], name, [0, 1]);
  return createHmac('sha256', secret).update(info).digest().subarray(0, length);
}

function varint(value: number): number[] {
  return value < 64 ? [value] : u16(value | 0x4000);
}
