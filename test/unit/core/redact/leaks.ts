import { EVENT_KIND, isFlowKind } from '../../../../core/event/kinds.ts';
import type { EventTable } from '../../../../core/event/table.ts';
import type { PublicPolicy } from '../../../../core/redact/policy.ts';
import { encodePublicRendering, redact } from '../../../../core/redact/public-rendering.ts';
import type { PublicRules } from '../../../../core/redact/rules.ts';
import { decodeRendering } from '../../../../core/segment/rendering.ts';
import { findCanaries } from '../../../support/canaries.ts';
import {
  CANARIES,
  canaryTable,
  EXACT_KM,
  HOST_NUMBERS,
  HOUSE,
  OPERATOR_PAIR,
  PRIVATE_LIST,
  policyOf,
} from './canary-table.ts';

/** What public bytes of the canary table give away under a policy and rules, each in a few words. */
export function leaksOf(rules: PublicRules, more: Partial<PublicPolicy> = {}): readonly string[] {
  const policy = policyOf(more);
  const { table, withheld } = redact(canaryTable(), policy, rules);
  const databases = { 'city-ipv4': '2026-06-05', [`list:${PRIVATE_LIST}`]: '2026-11-21' };
  const about = { filtered: 0, databases, counters: {} };
  const bytes = encodePublicRendering({ audience: 'public', table, withheld, ...about }, rules);
  const decoded = decodeRendering(bytes);
  if (!decoded.ok) throw new Error(`${decoded.reason}: ${decoded.detail}`);
  const seen = decoded.value.table;
  return [
    ...[bytes, Buffer.from(JSON.stringify(seen))].flatMap((all) => findCanaries(all, CANARIES)),
    ...Array.from({ length: seen.length }, (_, i) => leaksOfRow(seen, i, policy)).flat(),
    ...leaksOfPlaces(seen, policy),
  ];
}

function leaksOfRow(table: EventTable, i: number, { sources }: PublicPolicy): readonly string[] {
  const kind = table.kind[i] as number;
  const ends = [table.initiator, table.responder].map((end) => table.endpoints[end[i] as number]);
  const isInside = (end: (typeof ends)[number]): boolean =>
    end?.home === true || end?.label === 'private network';
  const found: [boolean, string][] = [
    [!isFlowKind(kind) && kind !== EVENT_KIND.finding, `kind ${kind}`],
    [table.initiatorPort[i] !== 0, 'port of the initiator'],
    [table.responderPort[i] !== 0 && isInside(ends[1]), 'port inside'],
    [table.pair[i] === OPERATOR_PAIR, 'pair of the operator'],
    // Without sources, an end outside has no label either.
    [sources !== 'none' && ends.every((end) => isInside(end) || end?.label === ''), 'inside only'],
    [ends.some((end) => isInside(end) && end?.marks !== 0), 'marks of an end inside'],
    ...(['text', 'detail', 'history'] as const).map((name): [boolean, string] => [
      table[name][i] !== 0,
      `column ${name}`,
    ]),
    ...(Object.keys(HOST_NUMBERS) as (keyof typeof HOST_NUMBERS)[]).map(
      (name): [boolean, string] => [table[name][i] !== 0, `column ${name}`],
    ),
  ];
  return found.filter(([leaks]) => leaks).map(([, what]) => what);
}

function leaksOfPlaces({ places, tags }: EventTable, { sources }: PublicPolicy): readonly string[] {
  const found = tags.filter(({ skewMs }) => skewMs !== 0).map(() => 'skew of a sensor');
  if (sources === 'mask') return found;
  for (const { lat, lon, accuracyKm } of places) {
    if (Math.abs(lat - HOUSE.lat) < 1e-3) found.push('latitude of a house');
    if (Math.abs(lon - HOUSE.lon) < 1e-3) found.push('longitude of a house');
    if (accuracyKm === EXACT_KM) found.push('accuracy of a house');
  }
  return found;
}
