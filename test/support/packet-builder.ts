/** Joins byte arrays. */
export function join(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Big-endian bytes of a 16-bit number. */
export function u16(value: number): number[] {
  return [(value >> 8) & 0xff, value & 0xff];
}

/** Big-endian bytes of a 32-bit number. */
export function u32(value: number): number[] {
  return [...u16(value >>> 16), ...u16(value & 0xffff)];
}

/** Bytes of '192.0.2.1' or of an IPv6 address with all eight groups written or one '::'. */
export function addressBytes(text: string): number[] {
  if (text.includes('.')) return text.split('.').map(Number);
  const [head = '', tail] = text.split('::');
  const groups = (side: string): number[] =>
    side === '' ? [] : side.split(':').map((group) => Number.parseInt(group, 16));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const middle = new Array(8 - left.length - right.length).fill(0);
  return [...left, ...middle, ...right].flatMap(u16);
}

/** An Ethernet II frame. */
export function ethernet(type: number, payload: Uint8Array): Uint8Array {
  return join([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2], u16(type), payload);
}

export interface Ipv4Fields {
  readonly source?: string;
  readonly destination?: string;
  readonly protocol: number;
  readonly payload: Uint8Array;
  /** Bytes of options, a multiple of four. */
  readonly options?: readonly number[];
  /** Flags and offset in units of 8 bytes. */
  readonly fragment?: number;
  readonly totalLength?: number;
  readonly versionAndLength?: number;
}

/** An IPv4 packet; its checksum is 0, which the decoder does not look at. */
export function ipv4(fields: Ipv4Fields): Uint8Array {
  const options = fields.options ?? [];
  const header = 20 + options.length;
  return join(
    [fields.versionAndLength ?? 0x40 | (header / 4), 0],
    u16(fields.totalLength ?? header + fields.payload.length),
    u16(0),
    u16(fields.fragment ?? 0),
    [64, fields.protocol, 0, 0],
    addressBytes(fields.source ?? '192.0.2.1'),
    addressBytes(fields.destination ?? '198.51.100.2'),
    options,
    fields.payload,
  );
}

export interface Ipv6Fields {
  readonly source?: string;
  readonly destination?: string;
  readonly next: number;
  readonly payload: Uint8Array;
  readonly payloadLength?: number;
}

/** An IPv6 packet; extension headers are part of the payload. */
export function ipv6(fields: Ipv6Fields): Uint8Array {
  return join(
    [0x60, 0, 0, 0],
    u16(fields.payloadLength ?? fields.payload.length),
    [fields.next, 64],
    addressBytes(fields.source ?? '2001:db8::1'),
    addressBytes(fields.destination ?? '2001:db8::2'),
    fields.payload,
  );
}

export interface Ports {
  readonly from: number;
  readonly to: number;
}

/** A TCP segment without options. */
export function tcp(
  ports: Ports,
  flags: number,
  payload: Uint8Array = new Uint8Array(0),
  window = 1024,
): Uint8Array {
  return join(
    u16(ports.from),
    u16(ports.to),
    u32(1),
    u32(0),
    [0x50, flags],
    u16(window),
    [0, 0, 0, 0],
    payload,
  );
}

/** A UDP datagram. */
export function udp(ports: Ports, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  return join(u16(ports.from), u16(ports.to), u16(8 + payload.length), [0, 0], payload);
}

/** An ICMP message, of either version. */
export function icmp(type: number, code = 0): Uint8Array {
  return join([type, code, 0, 0], u32(1));
}

/** A name in DNS wire format. */
export function dnsName(name: string): Uint8Array {
  const labels = name
    .split('.')
    .flatMap((label) => [label.length, ...Buffer.from(label, 'latin1')]);
  return join(labels, [0]);
}

export interface DnsRecord {
  readonly name: Uint8Array;
  readonly type: number;
  readonly data: readonly number[];
}

/** A DNS response with one question and records among its answers. */
export function dnsResponse(question: string, answers: readonly DnsRecord[]): Uint8Array {
  return join(
    u16(7),
    u16(0x8180),
    u16(1),
    u16(answers.length),
    u16(0),
    u16(0),
    dnsName(question),
    u16(1),
    u16(1),
    ...answers.map(({ name, type, data }) =>
      join(name, u16(type), u16(1), u32(60), u16(data.length), data),
    ),
  );
}
