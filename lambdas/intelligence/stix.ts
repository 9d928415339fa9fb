import { fail, ok, type Result } from '../../core/result.ts';
import type { ListBuilder, Validity } from './list-builder.ts';
import { addressesOf } from './stix-pattern.ts';

type Fields = Readonly<Record<string, unknown>>;

/** JSON takes up to 20 times its size once it is read, and wrangle has no memory for more. */
const MAX_CHARACTERS = 24 * 1024 * 1024;

/**
 * Takes the indicators of a STIX 2.1 bundle (or a list of objects) that name addresses. Left out and counted: those
 * that are revoked, less sure than `confidence` (0…100; those that do not say are taken), about something else than
 * addresses, or narrower than an address. They count from `valid_from` on, until `valid_until`.
 */
export function readStix(
  text: string,
  confidence: number,
  builder: ListBuilder,
): Result<undefined, 'not-json' | 'no-bundle' | 'too-large'> {
  if (text.length > MAX_CHARACTERS) {
    return fail('too-large', `a bundle may have ${MAX_CHARACTERS} characters`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail('not-json', (error as Error).message);
  }
  const objects = Array.isArray(value) ? value : recordOf(value)['objects'];
  if (!Array.isArray(objects)) return fail('no-bundle', 'it has no list of objects');
  objects.forEach((object: unknown, index) => {
    const fields = recordOf(object);
    if (fields['type'] === 'indicator') addIndicator(fields, { index, confidence, builder });
  });
  return ok(undefined);
}

function addIndicator(
  fields: Fields,
  { index, confidence, builder }: { index: number; confidence: number; builder: ListBuilder },
): void {
  const where = `object ${index} (${String(fields['id'] ?? 'without id').slice(0, 60)})`;
  const read = entriesOf(fields, confidence);
  if (!read.ok) {
    builder.refuse(read.reason, `${where}: ${read.detail}`);
    return;
  }
  for (const address of read.value.addresses) builder.add(address, where, read.value.validity);
}

function entriesOf(
  fields: Fields,
  confidence: number,
): Result<{ readonly addresses: readonly string[]; readonly validity: Validity }, string> {
  const { pattern, pattern_type: type = 'stix', revoked, confidence: sure } = fields;
  if (revoked === true) return fail('revoked', 'it is revoked');
  if (typeof sure === 'number' && sure < confidence) {
    return fail('not-sure', `it is only ${sure} % sure`);
  }
  if (type !== 'stix' || typeof pattern !== 'string') return fail('other-kind', 'no STIX pattern');
  const validity = validityOf(fields);
  if (validity === undefined) return fail('bad-time', 'its times cannot be read');
  const addresses = addressesOf(pattern);
  return addresses.ok ? ok({ addresses: addresses.value, validity }) : addresses;
}

/** Undefined when what is there is no time. */
function validityOf(fields: Fields): Validity | undefined {
  const from = secondsOf(fields['valid_from'], 0);
  const until = secondsOf(fields['valid_until'], 0xffff_ffff);
  return Number.isNaN(from + until) ? undefined : { from, until };
}

function secondsOf(value: unknown, otherwise: number): number {
  if (value === undefined) return otherwise;
  const seconds = Math.floor(Date.parse(String(value)) / 1000);
  return Math.min(Math.max(seconds, 0), 0xffff_ffff);
}

function recordOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
