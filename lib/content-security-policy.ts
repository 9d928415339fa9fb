/** What the page may reach besides its own origin. */
export interface SiteReach {
  /** Origin of the WebSocket, e.g. `wss://abc.execute-api.eu-central-1.amazonaws.com`. */
  readonly socketOrigin: string;
  /** A Mapbox token is configured, so mapbox-gl may fetch its tiles and start its worker from a blob. */
  readonly mapbox: boolean;
}

/** Hosts that mapbox-gl 3 talks to. Source: https://docs.mapbox.com/mapbox-gl-js/guides/security-and-testing/#content-security-policy */
const MAPBOX_HOSTS = [
  'https://api.mapbox.com',
  'https://events.mapbox.com',
  'https://*.tiles.mapbox.com',
] as const;

/** Content-Security-Policy of the page: nothing but its own files, its API and its socket. */
export function contentSecurityPolicy(reach: SiteReach): string {
  const { socketOrigin, mapbox } = reach;
  const directives: Readonly<Record<string, readonly string[]>> = {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'worker-src': mapbox ? ["'self'", 'blob:'] : ["'self'"],
    'style-src': ["'self'"],
    'img-src': ["'self'", 'data:', 'blob:'],
    'font-src': ["'self'"],
    'connect-src': ["'self'", socketOrigin, ...(mapbox ? MAPBOX_HOSTS : [])],
    'manifest-src': ["'self'"],
    'frame-ancestors': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
  };
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ');
}

/** Features of the browser that the page does not use and nothing in it may switch on. */
export const PERMISSIONS_POLICY =
  'accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()';
