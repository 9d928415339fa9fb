import { lookup } from 'node:dns/promises';
import { ProbeError, reasonOf } from './probe-error.ts';

/** The user's filter, and not the traffic that the probe itself makes. */
export function withoutUplink(filter: string, own: string): string {
  return [filter === '' ? '' : `(${filter})`, own].filter((part) => part !== '').join(' and ');
}

/** A filter that leaves out an endpoint, '' for AWS's own: its addresses change from hour to hour. */
export async function uplink(endpoint: string | undefined): Promise<string> {
  if (endpoint === undefined) return '';
  const url = new URL(endpoint);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = await lookup(host, { all: true }).catch((error: unknown) => {
    throw new ProbeError('failed', `--endpoint ${endpoint}: ${reasonOf(error)}`, error);
  });
  const hosts = addresses.map(({ address }) => `host ${address}`).join(' or ');
  return `not ((${hosts}) and port ${port})`;
}
