const KEY = 'skirmish.operator';

interface Page {
  readonly hash: string;
  readonly pathname: string;
  readonly search: string;
}

/** Token of `#operator=TOKEN`, if the address has one. */
export function tokenInHash(hash: string): string | undefined {
  return new URLSearchParams(hash.replace(/^#/, '')).get('operator') || undefined;
}

/**
 * The operator's token: taken from the address, which is cleaned at once, else from this tab's
 * session. It is never kept longer than the tab.
 */
export function takeOperatorToken(
  page: Page,
  session: Pick<Storage, 'getItem' | 'setItem'>,
  clean: (address: string) => void,
): string | undefined {
  const token = tokenInHash(page.hash);
  if (token === undefined) return session.getItem(KEY) ?? undefined;
  session.setItem(KEY, token);
  clean(page.pathname + page.search);
  return token;
}

/** Forgets a token the server refused. */
export function forgetOperatorToken(session: Pick<Storage, 'removeItem'>): void {
  session.removeItem(KEY);
}
