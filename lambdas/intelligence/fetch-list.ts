/** What a server said of a list when it was last fetched, to ask only for what is newer. */
export interface Validators {
  readonly etag: string;
  readonly modified: string;
}

/** A list that was fetched. */
export interface FetchedList extends Validators {
  readonly text: string;
}

/** Fetches a list; `unchanged` when it is the one of `known`. Throws an error that says what went wrong. */
export type FetchList = (url: string, known: Validators) => Promise<FetchedList | 'unchanged'>;

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_REDIRECTS = 3;

/** Fetches over https only, redirects included, with limits in time (5 s) and size (64 MB). */
export function httpsFetcher(request: typeof fetch): FetchList {
  return async (url, known) => {
    const headers = {
      ...(known.etag === '' ? {} : { 'if-none-match': known.etag }),
      ...(known.modified === '' ? {} : { 'if-modified-since': known.modified }),
    };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    let target = url;
    for (let i = 0; i <= MAX_REDIRECTS; i++) {
      if (!target.startsWith('https://')) throw new Error(`${target} is not https`);
      const response = await request(target, { headers, signal, redirect: 'manual' });
      const isRedirect = response.status >= 300 && response.status < 400;
      const to = isRedirect ? response.headers.get('location') : null;
      if (response.status === 304 || to === null) return listOf(response);
      await response.body?.cancel();
      target = new URL(to, target).href;
    }
    throw new Error(`more than ${MAX_REDIRECTS} redirects`);
  };
}

async function listOf(response: Response): Promise<FetchedList | 'unchanged'> {
  if (response.status === 304) return 'unchanged';
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`the server answers ${response.status}`);
  }
  return {
    text: await textOf(response),
    etag: response.headers.get('etag') ?? '',
    modified: response.headers.get('last-modified') ?? '',
  };
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES} bytes`);
    parts.push(decoder.decode(chunk, { stream: true }));
  }
  return parts.join('') + decoder.decode();
}
