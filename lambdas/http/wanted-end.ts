import type { Audience, EventTable } from '../../core/event/table.ts';
import {
  holdsNetwork,
  type NetworkWords,
  networkText,
  parseNetwork,
} from '../../core/filter/network-words.ts';
import { parseAddress } from '../../core/redact/address.ts';
import { truncateAddress } from '../../core/redact/network.ts';

/** Whom a request is about: all of a network, a label as it is, or a host by a name that has to be learnt first. */
export type WantedEnd =
  | { readonly what: 'network'; readonly network: NetworkWords; readonly text: string }
  | { readonly what: 'label'; readonly text: string }
  | { readonly what: 'host'; readonly text: string };

/** The last part of a host’s name is not a number. Source: https://url.spec.whatwg.org/#ends-in-a-number-checker */
const HOST = /^(?=.{1,253}$)(?:[\p{L}\p{N}_-]{1,63}\.)*(?!\d+\.?$)[\p{L}\p{N}_-]{1,63}\.?$/u;
const PSEUDONYM = /^host-[0-9a-f]{4,64}$/;

/** Whom a text names to an audience; a text says what to ask instead. */
export function parseWantedEnd(text: string, audience: Audience): WantedEnd | string {
  const network = parseNetwork(text);
  if (network !== undefined && audience === 'public') {
    const address = parseAddress(text);
    if (address !== undefined) {
      return `The public is told networks only. Ask for ${truncateAddress(address)}.`;
    }
  }
  if (network !== undefined) return { what: 'network', network, text: networkText(network) };
  if (PSEUDONYM.test(text)) return { what: 'label', text };
  if (audience === 'public') {
    return 'It is neither a network nor a pseudonym. Ask for one such as 203.0.113.0/24.';
  }
  const host = text.toLowerCase().replace(/\.$/, '');
  if (HOST.test(text)) return { what: 'host', text: host };
  return 'It is neither an address, a network nor a host’s name. Ask for one such as 203.0.113.9.';
}

/** A byte for each endpoint of a table, 1 where it is wanted; undefined when none is. */
export function matchEnds(
  { endpoints }: EventTable,
  wanted: WantedEnd,
  addresses: ReadonlySet<string>,
): Uint8Array | undefined {
  const isWanted = (label: string): boolean => {
    if (wanted.what === 'host') return addresses.has(label);
    if (wanted.what === 'label') return label === wanted.text;
    const network = parseNetwork(label);
    return network !== undefined && holdsNetwork(wanted.network, network);
  };
  const mask = Uint8Array.from(endpoints, ({ label }) => (isWanted(label) ? 1 : 0));
  return mask.includes(1) ? mask : undefined;
}
