import { isRecord, isTime } from '../../core/frame/shapes.ts';

/** What the deployment tells the page: /config.json. */
export interface SiteConfig {
  /** Origin of the HTTP API; '' means the page's own. */
  readonly api: string;
  /** WebSocket URL, ws: or wss:. */
  readonly socket: string;
  /** '' draws with MapLibre and the bundled ground. */
  readonly mapboxToken: string;
  readonly title: string;
  /** How much later than operators the public sees everything, ms. */
  readonly delayMs: number;
}

/** Reads what config.json holds; fields missing or of a wrong type take their defaults. */
export function parseConfig(value: unknown, page: URL): SiteConfig {
  const given = isRecord(value) ? value : {};
  const text = (name: string, otherwise: string): string => {
    const item = given[name];
    return typeof item === 'string' && item !== '' ? item : otherwise;
  };
  const scheme = page.protocol === 'https:' ? 'wss:' : 'ws:';
  return {
    api: text('api', '').replace(/\/$/, ''),
    socket: text('socket', `${scheme}//${page.host}/live`),
    mapboxToken: text('mapboxToken', ''),
    title: text('title', 'Skirmish'),
    delayMs: isTime(given['delayMs']) ? Math.max(0, given['delayMs']) : 0,
  };
}

/** Fetches config.json beside the page. */
export async function loadConfig(page: URL): Promise<SiteConfig> {
  const answer = await fetch(new URL('config.json', page), { cache: 'no-cache' });
  if (!answer.ok)
    throw new Error(
      `config.json answered ${answer.status}: the site is not fully deployed; deploy it again`,
    );
  return parseConfig(await answer.json(), page);
}
