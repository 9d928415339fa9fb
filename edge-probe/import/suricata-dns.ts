import { addressOf, jsonFields, listIn, objectIn } from './fields.ts';
import { isName } from './names.ts';

/** Answers of one message that are looked at. */
const MAX_ANSWERS = 64;

/** A name and one of its addresses. */
export interface Answer {
  readonly name: string;
  readonly address: Uint8Array;
}

/** Addresses in the `dns` object of an answer, by the name that was asked for: in its list, else grouped. */
export function suricataAnswers(dns: object, line: string): Answer[] {
  const [query] = listIn(dns, 'queries');
  const asked = isObject(query) ? query : dns;
  const name = jsonFields(asked, line).text('rrname');
  if (!isName(name)) return [];
  const grouped = objectIn(dns, 'grouped') ?? {};
  const listed = listIn(dns, 'answers').flatMap(rdataOf);
  const data = [...listed, ...listIn(grouped, 'A'), ...listIn(grouped, 'AAAA')];
  // The form before version 2 has one event an answer.
  const single = jsonFields(dns, line).text('rdata');
  const texts = new Set([...data, single].filter((text) => typeof text === 'string'));
  return [...texts].slice(0, MAX_ANSWERS).flatMap((text) => {
    const address = addressOf(text);
    return address === undefined ? [] : [{ name, address }];
  });
}

function rdataOf(answer: unknown): unknown[] {
  return isObject(answer) ? [(answer as { readonly rdata?: unknown }).rdata] : [];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
