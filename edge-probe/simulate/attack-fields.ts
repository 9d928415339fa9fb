import { z } from 'zod';
import { parseAddress } from '../../core/redact/address.ts';
import { ATTACK_KINDS, type Attack } from './attack.ts';

/** Where a list says what of an attack; the order of the fields in text. */
export const ATTACK_FIELDS = ['at', 'source', 'target', 'kind', 'port', 'count', 'rate'] as const;

export type AttackField = (typeof ATTACK_FIELDS)[number];

/** A field that is wrong, and what was expected. */
export interface FieldProblem {
  readonly field: AttackField;
  readonly message: string;
}

const ADDRESS = 'expected an IPv4 or IPv6 address';
const TARGET = `${ADDRESS}, or a host of the site from 1 to 62`;
const kinds = z.enum(ATTACK_KINDS, { error: `expected ${ATTACK_KINDS.join(', ')}` });

const attackSchema = z.object({
  at: ranged(0, 1e9).default(0),
  source: address(ADDRESS).optional(),
  target: z
    .union([z.number().int(TARGET).min(1, TARGET).max(62, TARGET), address(TARGET)], {
      error: TARGET,
    })
    .optional(),
  kind: kinds.default('connect'),
  port: ranged(0, 65_535).int({ error: 'expected a port' }).optional(),
  count: ranged(1, 1e9).int({ error: 'expected a whole number' }).default(1),
  rate: ranged(0.001, 100_000).optional(),
});

/** An attack out of its fields, missing ones left open. */
export function readAttack(
  fields: Readonly<Partial<Record<AttackField, unknown>>>,
): { readonly ok: true; readonly attack: Attack } | ({ readonly ok: false } & FieldProblem) {
  const { success, data, error } = attackSchema.safeParse(fields);
  if (!success) {
    const issue = error.issues[0];
    return { ok: false, field: issue?.path[0] as AttackField, message: issue?.message ?? '' };
  }
  const { at, source, target, kind, port, count, rate } = data;
  if (source && target instanceof Uint8Array && source.length !== target.length) {
    return {
      ok: false,
      field: 'target',
      message: 'expected an address of the same family as source',
    };
  }
  return { ok: true, attack: { at, source, target, kind, port, count, rate } };
}

/** The value of a field in CSV or text: a number where it is one; '' and - leave it open. */
export function fieldOfText(text: string): unknown {
  const value = text.trim();
  if (value === '' || value === '-') return undefined;
  return Number.isNaN(Number(value)) ? value : Number(value);
}

function ranged(from: number, to: number): z.ZodNumber {
  const error = `expected a number from ${from} to ${to}`;
  return z.number({ error }).min(from, { error }).max(to, { error });
}

function address(error: string) {
  return z.string({ error }).transform((text, context) => {
    const bytes = parseAddress(text);
    if (bytes === undefined) context.addIssue({ code: 'custom', message: error });
    return bytes as Uint8Array;
  });
}
