import { addressOf } from './fields.ts';

/** Longest name in DNS, as text. */
const MAX_NAME = 253;

/** Whether a text can be a host's name: not empty, not an address, of what names are written with. */
export function isName(text: string): boolean {
  if (text === '' || text.length > MAX_NAME || !/^[\w.*-]+$/.test(text)) return false;
  return addressOf(text) === undefined;
}
