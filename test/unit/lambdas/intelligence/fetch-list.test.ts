import { describe, expect, it } from 'vitest';
import { httpsFetcher } from '../../../../lambdas/intelligence/fetch-list.ts';

const URL_OF_LIST = 'https://lists.example.com/bad.txt';
const NOTHING = { etag: '', modified: '' };

/** A server whose answers are given by address; remembers what it was asked. */
function serverOf(answers: Readonly<Record<string, () => Response>>): {
  readonly request: typeof fetch;
  readonly asked: { readonly url: string; readonly headers: Headers }[];
} {
  const asked: { readonly url: string; readonly headers: Headers }[] = [];
  const request: typeof fetch = async (url, init) => {
    asked.push({ url: String(url), headers: new Headers(init?.headers) });
    const answer = answers[String(url)];
    if (answer === undefined) throw new Error('nobody answers');
    return answer();
  };
  return { request, asked };
}

function redirect(to: string): () => Response {
  return () => new Response(null, { status: 302, headers: { location: to } });
}

describe('httpsFetcher', () => {
  it('gives the text and what to ask with the next time', async () => {
    const headers = { etag: '"7"', 'last-modified': 'Sat, 21 Nov 2026 10:00:00 GMT' };
    const server = serverOf({ [URL_OF_LIST]: () => new Response('1.2.3.4 é', { headers }) });

    const list = await httpsFetcher(server.request)(URL_OF_LIST, NOTHING);

    expect(list).toEqual({ text: '1.2.3.4 é', etag: '"7"', modified: headers['last-modified'] });
    expect([...(server.asked[0]?.headers.keys() ?? [])]).toEqual([]);
  });

  it('asks only for what is newer', async () => {
    const server = serverOf({ [URL_OF_LIST]: () => new Response(null, { status: 304 }) });

    const list = await httpsFetcher(server.request)(URL_OF_LIST, { etag: '"7"', modified: 'then' });

    expect(list).toBe('unchanged');
    expect(Object.fromEntries(server.asked[0]?.headers ?? [])).toEqual({
      'if-none-match': '"7"',
      'if-modified-since': 'then',
    });
  });

  it('follows redirects to https, a few of them', async () => {
    const server = serverOf({
      [URL_OF_LIST]: redirect('/other.txt'),
      'https://lists.example.com/other.txt': () => new Response('1.2.3.4'),
    });
    const list = await httpsFetcher(server.request)(URL_OF_LIST, NOTHING);
    expect(list).toMatchObject({ text: '1.2.3.4' });

    const circle = serverOf({ [URL_OF_LIST]: redirect(URL_OF_LIST) });
    await expect(httpsFetcher(circle.request)(URL_OF_LIST, NOTHING)).rejects.toThrow('redirects');
    expect(circle.asked).toHaveLength(4);
  });

  it('lets go of what it does not read', async () => {
    const cancelled: string[] = [];
    const unread = (status: number, headers: Readonly<Record<string, string>> = {}): Response =>
      new Response(new ReadableStream({ cancel: () => void cancelled.push(`${status}`) }), {
        status,
        headers,
      });
    const server = serverOf({
      [URL_OF_LIST]: () => unread(302, { location: '/other.txt' }),
      'https://lists.example.com/other.txt': () => unread(503),
    });

    await expect(httpsFetcher(server.request)(URL_OF_LIST, NOTHING)).rejects.toThrow('503');

    expect(cancelled).toEqual(['302', '503']);
  });

  it('takes a place to go to only from a redirect', async () => {
    const headers = { location: 'https://elsewhere.example.com/' };
    const server = serverOf({
      [URL_OF_LIST]: () => new Response('gone', { status: 410, headers }),
    });

    await expect(httpsFetcher(server.request)(URL_OF_LIST, NOTHING)).rejects.toThrow('410');
    expect(server.asked).toHaveLength(1);
  });

  it('asks nobody without https', async () => {
    const server = serverOf({ [URL_OF_LIST]: redirect('http://169.254.169.254/latest') });

    await expect(httpsFetcher(server.request)(URL_OF_LIST, NOTHING)).rejects.toThrow('not https');
    expect(server.asked).toHaveLength(1);
  });

  it('says what the server answered', async () => {
    const server = serverOf({ [URL_OF_LIST]: () => new Response('later', { status: 503 }) });

    await expect(httpsFetcher(server.request)(URL_OF_LIST, NOTHING)).rejects.toThrow('503');
  });

  it('stops at 64 MB, whatever the server says', async () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent++;
        controller.enqueue(new Uint8Array(1024 * 1024));
      },
    });
    const server = serverOf({ [URL_OF_LIST]: () => new Response(body) });

    await expect(httpsFetcher(server.request)(URL_OF_LIST, NOTHING)).rejects.toThrow('67108864');
    expect(sent).toBeLessThan(70);
  });
});
