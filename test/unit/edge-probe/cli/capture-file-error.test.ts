import { describe, expect, it } from 'vitest';
import type { CaptureEnd } from '../../../../edge-probe/capture/reader.ts';
import { explainEnd } from '../../../../edge-probe/cli/capture-file-error.ts';

function end(more: Partial<CaptureEnd>): CaptureEnd {
  return { format: 'pcap', packets: 10, truncated: false, unknownLinkTypes: {}, ...more };
}

describe('explainEnd', () => {
  it('has nothing to say about a file that was read to its end', () => {
    expect(explainEnd('a.pcap', end({}))).toBeUndefined();
  });

  it('says that a file is empty, or no capture, and that nothing was read', () => {
    const [empty, text] = (['empty', 'not-a-capture'] as const).map((reason) =>
      explainEnd('a.pcap', end({ packets: 0, error: { reason, offset: 0 } })),
    );

    expect(empty).toMatchObject({ nothingRead: true });
    expect(empty?.message).toMatch(/^a\.pcap: the file is empty/);
    expect(text).toMatchObject({ nothingRead: true });
    expect(text?.message).toMatch(/no capture file.*tcpdump -w/);
  });

  it('says where a file was cut and what is used of it', () => {
    const error = { reason: 'truncated-record', offset: 4_711 } as const;

    expect(explainEnd('a.pcap', end({ truncated: true, error }))).toEqual({
      message: 'a.pcap: cut off at byte 4711: 10 whole packets before it are used',
      nothingRead: false,
    });
  });

  it('says where a file is damaged and how', () => {
    const problem = explainEnd('a.pcap', end({ error: { reason: 'bad-length', offset: 99 } }));

    expect(problem?.message).toBe(
      'a.pcap: damaged at byte 99 (bad-length): 10 packets before it are used',
    );
  });

  it('counts packets of link types it does not know; a file of nothing else was not read', () => {
    const some = explainEnd('a.pcap', end({ unknownLinkTypes: { 147: 4 } }));
    const all = explainEnd('a.pcap', end({ unknownLinkTypes: { 147: 4, 228: 6 } }));

    expect(some?.message).toMatch(/4 packets have link type 147/);
    expect([some?.nothingRead, all?.nothingRead]).toEqual([false, true]);
  });
});
