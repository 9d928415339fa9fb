import { ProbeError } from './probe-error.ts';

/** Takes `HOST:PORT` apart, `[::1]:4433` too; the host of a port alone is every IPv4 address. Throws ProbeError `usage`. */
export function hostAndPort(text: string): { readonly host: string; readonly port: number } {
  const at = text.lastIndexOf(':');
  const host = text.slice(0, Math.max(0, at)).replace(/^\[(.*)\]$/, '$1');
  const digits = text.slice(at + 1);
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : Number.NaN;
  if (port <= 65_535) return { host: host === '' ? '0.0.0.0' : host, port };
  throw new ProbeError('usage', `${text}: give a host and a port, such as relay.example:4433`);
}
