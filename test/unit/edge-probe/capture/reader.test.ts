import { describe, expect, it } from 'vitest';
import { type CaptureEnd, CaptureReader } from '../../../../edge-probe/capture/reader.ts';
import {
  block,
  enhancedBlock,
  interfaceBlock,
  oldPacketBlock,
  type PcapOptions,
  pcap,
  sectionBlock,
  simpleBlock,
} from '../../../support/capture-builder.ts';
import { join } from '../../../support/packet-builder.ts';

const BODY = Uint8Array.of(1, 2, 3, 4, 5, 6, 7);
const PACKETS = [
  { bytes: BODY, seconds: 1_700_000_000, fraction: 250_000, wireLength: 60 },
  { bytes: Uint8Array.of(9), seconds: 1_700_000_001, fraction: 0 },
];

interface Seen {
  readonly bytes: number[];
  readonly wireLength: number;
  readonly linkType: number;
  readonly timeMs: number;
}

function read(file: Uint8Array, chunkBytes = file.length): { seen: Seen[]; end: CaptureEnd } {
  const seen: Seen[] = [];
  // biome-ignore lint/complexity/useMaxParams: PacketHandler is positional
  const reader = new CaptureReader((buf, offset, captured, wireLength, linkType, timeMs) => {
    seen.push({
      bytes: [...buf.subarray(offset, offset + captured)],
      wireLength,
      linkType,
      timeMs,
    });
  });
  for (let at = 0; at < file.length; at += chunkBytes) {
    reader.push(file.subarray(at, at + chunkBytes));
  }
  return { seen, end: reader.end() };
}

describe('CaptureReader on pcap', () => {
  const variants: readonly (readonly [string, PcapOptions])[] = [
    ['little-endian µs', {}],
    ['big-endian µs', { little: false }],
    ['modified with longer record headers', { magic: 0xa1b2cd34 }],
  ];

  it.each(variants)('reads %s', (_, options) => {
    const { seen, end } = read(pcap(PACKETS, options));

    expect(seen).toEqual([
      { bytes: [...BODY], wireLength: 60, linkType: 1, timeMs: 1_700_000_000_250 },
      { bytes: [9], wireLength: 1, linkType: 1, timeMs: 1_700_000_001_000 },
    ]);
    expect(end).toEqual({ format: 'pcap', packets: 2, truncated: false, unknownLinkTypes: {} });
  });

  it.each([true, false])('reads nanoseconds, little-endian: %s', (little) => {
    const packets = [{ bytes: BODY, seconds: 10, fraction: 500_000_000 }];

    expect(read(pcap(packets, { little, magic: 0xa1b23c4d })).seen[0]?.timeMs).toBe(10_500);
  });

  it('reads the lengths in the other order before version 2.3', () => {
    const file = pcap([{ bytes: BODY, seconds: 1, fraction: 0 }], { version: [2, 2] });
    new DataView(file.buffer).setUint32(24 + 8, 60, true);

    expect(read(file).seen[0]).toMatchObject({ bytes: [...BODY], wireLength: 60 });
  });

  it('takes the shorter length for the captured one in version 2.3', () => {
    const file = pcap([{ bytes: BODY, seconds: 1, fraction: 0 }], { version: [2, 3] });
    new DataView(file.buffer).setUint32(24 + 8, 60, true);

    expect(read(file).seen[0]).toMatchObject({ bytes: [...BODY], wireLength: 60 });
  });

  it('counts packets of link types that are not read', () => {
    expect(read(pcap(PACKETS, { linkType: 147 })).end.unknownLinkTypes).toEqual({ 147: 2 });
  });

  it('refuses another version', () => {
    expect(read(pcap(PACKETS, { version: [3, 0] })).end.error).toEqual({
      reason: 'unsupported-version',
      offset: 0,
    });
  });

  it('stops at a length that no record has and says where', () => {
    const file = pcap(PACKETS);
    new DataView(file.buffer).setUint32(24 + 16 + 7 + 8, 0x8000_0000, true);

    expect(read(file).end).toMatchObject({
      packets: 1,
      truncated: false,
      error: { reason: 'bad-length', offset: 47 },
    });
  });
});

describe('CaptureReader on pcapng', () => {
  it('reads sections of both byte orders with their own interfaces', () => {
    const file = join(
      sectionBlock(true),
      interfaceBlock({ linkType: 1 }),
      interfaceBlock({ linkType: 101, resolution: 9 }),
      enhancedBlock(0, 1_700_000_000_000_000, BODY),
      enhancedBlock(1, 1_700_000_000_000_000_000, BODY),
      sectionBlock(false),
      interfaceBlock({ linkType: 113, resolution: 3 }, false),
      enhancedBlock(0, 1_700_000_000_500, BODY, false),
    );

    const { seen, end } = read(file);

    expect(seen.map(({ linkType, timeMs }) => [linkType, timeMs])).toEqual([
      [1, 1_700_000_000_000],
      [101, 1_700_000_000_000],
      [113, 1_700_000_000_500],
    ]);
    expect(end).toMatchObject({ format: 'pcapng', packets: 3, truncated: false });
  });

  it('reads time stamps in powers of two and with an offset', () => {
    const file = join(
      sectionBlock(),
      interfaceBlock({ resolution: 0x80 | 10, offset: 100 }),
      interfaceBlock({ resolution: 0, offset: -5 }),
      enhancedBlock(0, 512, BODY),
      enhancedBlock(1, 12, BODY),
    );

    expect(read(file).seen.map(({ timeMs }) => timeMs)).toEqual([100_500, 7_000]);
  });

  it('reads simple and obsolete packet blocks', () => {
    const file = join(
      sectionBlock(),
      interfaceBlock({ snapLength: 4 }),
      oldPacketBlock(0, 2_000_000, BODY),
      simpleBlock(BODY.subarray(0, 4), 60),
    );

    expect(read(file).seen).toEqual([
      { bytes: [...BODY], wireLength: 7, linkType: 1, timeMs: 2_000 },
      { bytes: [1, 2, 3, 4], wireLength: 60, linkType: 1, timeMs: 2_000 },
    ]);
  });

  it('passes over other blocks, however long', () => {
    const file = join(sectionBlock(), interfaceBlock(), block(0xbad, new Uint8Array(100_000)));
    const whole = join(file, enhancedBlock(0, 1, BODY));

    expect(read(whole, 1_000).end).toMatchObject({ packets: 1, truncated: false });
    expect(read(file.subarray(0, -1), 1_000).end.error).toEqual({
      reason: 'truncated-record',
      offset: 28 + 24,
    });
  });

  const head = join(sectionBlock(), interfaceBlock());
  it.each([
    ['an interface nobody described', join(head, enhancedBlock(1, 1, BODY)), 'bad-block'],
    ['lengths that differ', breakTrailer(join(head, enhancedBlock(0, 1, BODY))), 'bad-block'],
    ['a length of zero', join(head, new Uint8Array(12)), 'bad-length'],
    ['a length that is odd', join(head, [6, 0, 0, 0, 41, 0, 0, 0, 0, 0, 0, 0]), 'bad-length'],
    ['a packet longer than its block', lie(join(head, enhancedBlock(0, 1, BODY))), 'bad-length'],
  ])('stops at %s and says where', (_, file, reason) => {
    expect(read(file).end.error).toEqual({ reason, offset: head.length });
  });

  it('refuses a byte order that it does not know', () => {
    const file = sectionBlock();
    file[8] = 0;

    expect(read(file).end.error).toEqual({ reason: 'bad-block', offset: 0 });
  });
});

describe('CaptureReader', () => {
  it.each([
    ['an empty file', '', 'empty'],
    ['a text', 'this is not a capture at all', 'not-a-capture'],
    ['three bytes', 'abc', 'not-a-capture'],
  ])('says that %s is no capture', (_, text, reason) => {
    expect(read(Buffer.from(text)).end).toMatchObject({
      format: 'unknown',
      packets: 0,
      error: { reason, offset: 0 },
    });
  });

  const files = {
    pcap: pcap(PACKETS),
    pcapng: join(
      sectionBlock(),
      interfaceBlock({ resolution: 6 }),
      block(0xbad, new Uint8Array(40)),
      enhancedBlock(0, 5_000, BODY),
      simpleBlock(BODY),
      oldPacketBlock(0, 1, BODY),
    ),
  };

  it.each(Object.entries(files))('reads %s alike in chunks of any size', (_, file) => {
    const whole = read(file);

    for (let size = 1; size < file.length; size++) expect(read(file, size)).toEqual(whole);
  });

  it.each(Object.entries(files))('says of %s cut anywhere where it was cut', (_, file) => {
    const ends = recordEnds(file);
    for (let length = 1; length < file.length; length++) {
      const { end } = read(file.subarray(0, length));
      if (ends.has(length)) expect(end.error).toBeUndefined();
      else expect(end).toMatchObject({ error: { reason: expect.any(String) } });
      if (length >= 24 && !ends.has(length)) {
        expect(end.truncated).toBe(true);
        expect(end.error?.offset).toBe(Math.max(0, ...[...ends].filter((at) => at < length)));
      }
      for (const size of [1, 7]) expect(read(file.subarray(0, length), size).end).toEqual(end);
    }
  });

  it('reads no further after an error', () => {
    const reader = new CaptureReader(() => {});
    reader.push(Buffer.from('nonsense'));
    reader.push(pcap(PACKETS));

    expect(reader.end().packets).toBe(0);
  });
});

function breakTrailer(file: Uint8Array): Uint8Array {
  file[file.length - 4] = 0;
  return file;
}

function lie(file: Uint8Array): Uint8Array {
  new DataView(file.buffer).setUint32(file.length - 40 + 20, 9, true);
  return file;
}

/** Where records and blocks end, told without the reader. */
function recordEnds(file: Uint8Array): Set<number> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const isPcap = view.getUint32(0, true) === 0xa1b2c3d4;
  const ends = new Set<number>();
  let at = isPcap ? 24 : 0;
  if (isPcap) ends.add(at);
  while (at < file.length) {
    at += isPcap ? 16 + view.getUint32(at + 8, true) : view.getUint32(at + 4, true);
    ends.add(at);
  }
  return ends;
}
