import type { Reader } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';
import { reasonBitsOf, reasonNames } from '../classify/severity.ts';
import type { BoundedSet } from '../fold/bounded-set.ts';
import type { CampaignPartial } from '../fold/campaign-partials.ts';

/** No rollup's campaigns are longer as text. */
const MAX_JSON_BYTES = 1024 * 1024;

/** Writes campaigns as JSON: they are few, and many-shaped. */
export function writeCampaigns(writer: Writer, campaigns: readonly CampaignPartial[]): void {
  writer.text(JSON.stringify(campaigns.map(rowOf)));
}

/** Reads what writeCampaigns wrote; anything else makes the reader fail. */
export function readCampaigns(reader: Reader): readonly CampaignPartial[] {
  const rows = parsed(reader.text(MAX_JSON_BYTES));
  const campaigns = Array.isArray(rows) ? rows.map(partialOf) : [undefined];
  const found = campaigns.filter((campaign) => campaign !== undefined);
  if (found.length === campaigns.length) return found;
  reader.reject('bad-value');
  return [];
}

const TEXTS = ['key', 'source', 'victim'] as const;
const NUMBERS = [
  ...(['behaviour', 'firstSeen', 'lastSeen'] as const),
  ...(['evidenceMost', 'confidence'] as const),
] as const;
const FLAGS = ['home', 'moreFindings'] as const;
const SETS = [
  ...(['sources', 'targets', 'ports', 'services'] as const),
  ...(['sensors', 'sites', 'countries', 'systems'] as const),
] as const;

/** Texts, numbers, flags (as bits, those of the sets first), the sets' texts, names of reasons and the findings, in that order. */
function rowOf(partial: CampaignPartial): readonly unknown[] {
  let flags = 0;
  for (const name of SETS) flags = flags * 2 + (partial[name].more ? 1 : 0);
  for (const name of FLAGS) flags = flags * 2 + (partial[name] ? 1 : 0);
  return [
    ...TEXTS.map((name) => partial[name]),
    ...NUMBERS.map((name) => partial[name]),
    flags,
    ...SETS.map((name) => partial[name].kept),
    reasonNames(partial.reasons),
    partial.findings.flat(),
  ];
}

function partialOf(row: unknown): CampaignPartial | undefined {
  if (!Array.isArray(row)) return undefined;
  const texts = row.slice(0, TEXTS.length);
  const numbers = row.slice(TEXTS.length, TEXTS.length + NUMBERS.length + 1);
  const rest = row.slice(TEXTS.length + NUMBERS.length + 1);
  const findings = findingsOf(rest.at(-1));
  if (!texts.every(isText) || !numbers.every(isCount) || findings === undefined) return undefined;
  const lists = rest.slice(0, -1);
  if (lists.length !== SETS.length + 1 || !lists.every(isTexts)) return undefined;
  const flags = numbers.at(-1) as number;
  const sets = SETS.map((name, i): [string, BoundedSet] => {
    const more = ((flags >>> (FLAGS.length + SETS.length - 1 - i)) & 1) === 1;
    return [name, { kept: lists[i] as readonly string[], more }];
  });
  return {
    ...Object.fromEntries(TEXTS.map((name, i) => [name, texts[i]])),
    ...Object.fromEntries(NUMBERS.map((name, i) => [name, numbers[i]])),
    ...Object.fromEntries(sets),
    reasons: reasonBitsOf(lists.at(-1) as readonly string[]),
    home: (flags & 2) === 2,
    moreFindings: (flags & 1) === 1,
    findings,
  } as unknown as CampaignPartial;
}

function findingsOf(flat: unknown): CampaignPartial['findings'] | undefined {
  if (!Array.isArray(flat) || flat.length % 2 !== 0) return undefined;
  const pairs: [string, number][] = [];
  for (let i = 0; i < flat.length; i += 2) {
    if (!isText(flat[i]) || !isCount(flat[i + 1])) return undefined;
    pairs.push([flat[i] as string, flat[i + 1] as number]);
  }
  return pairs;
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Told by the caller as a bad value.
    return undefined;
  }
}
