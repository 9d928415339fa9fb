import { describe, expect, it } from 'vitest';
import { uplink, withoutUplink } from '../../../../edge-probe/cli/uplink.ts';

describe('uplink', () => {
  it.each([
    ['http://127.0.0.1:4566', 'not ((host 127.0.0.1) and port 4566)'],
    ['http://127.0.0.1', 'not ((host 127.0.0.1) and port 80)'],
    ['https://[::1]/', 'not ((host ::1) and port 443)'],
  ])('leaves %s out', async (endpoint, filter) => {
    expect(await uplink(endpoint)).toBe(filter);
  });

  it('leaves nothing out when the endpoint is AWS’s own', async () => {
    expect(await uplink(undefined)).toBe('');
  });

  it('says which endpoint has no address', async () => {
    await expect(uplink('http://nowhere.invalid:1')).rejects.toThrow(
      /--endpoint http:\/\/nowhere\.invalid:1: /,
    );
  });
});

it('withoutUplink joins the filter of the user with it', () => {
  expect(withoutUplink('tcp or udp', 'not (port 1)')).toBe('(tcp or udp) and not (port 1)');
  expect(withoutUplink('', 'not (port 1)')).toBe('not (port 1)');
  expect(withoutUplink('tcp', '')).toBe('(tcp)');
  expect(withoutUplink('', '')).toBe('');
});
