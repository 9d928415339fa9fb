import { parseAddress } from '../redact/address.ts';
import { isGlobal } from '../redact/network.ts';

/** Private networks use the same addresses at every site: whether a label names another host, or others, at each. */
export function isOfOneSite(label: string): boolean {
  const address = parseAddress(label);
  return address === undefined || !isGlobal(address);
}
