import { PROTOCOL } from '../../core/event/kinds.ts';

/** IANA protocol numbers by the names that tools write, in lower case. */
const BY_NAME: ReadonlyMap<string, number> = new Map<string, number>([
  ...Object.entries(PROTOCOL),
  ['icmp6', PROTOCOL.icmp6],
  ['ipv6-icmp', PROTOCOL.icmp6],
  ['icmpv6', PROTOCOL.icmp6],
  ['igmp', 2],
  ['ipip', 4],
  ['ipv6', 41],
  ['gre', 47],
  ['esp', 50],
  ['ah', 51],
  ['ospf', 89],
  ['pim', 103],
  ['vrrp', 112],
  ['sctp', 132],
  ['udplite', 136],
]);

/** IANA protocol number out of a name or a number; undefined when it is neither. */
export function protocolNumber(value: string | number): number | undefined {
  const number =
    BY_NAME.get(String(value).toLowerCase()) ?? Number(value === '' ? Number.NaN : value);
  return Number.isInteger(number) && number >= 0 && number <= 255 ? number : undefined;
}
