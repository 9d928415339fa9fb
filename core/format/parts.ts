import { BEHAVIOURS, type Technique } from '../classify/behaviours.ts';
import { PROVENANCE } from '../event/kinds.ts';
import { MARK, type Mark } from '../event/table.ts';
import type { EventRecord } from './record.ts';

/** A JSON object as a format writes it; what is undefined is left out. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** An object that says something, undefined where all its values are. */
export function told<T extends JsonObject>(object: T): T | undefined {
  return Object.values(object).some((value) => value !== undefined) ? object : undefined;
}

/** A text that says something. */
export function text(value: string): string | undefined {
  return value === '' ? undefined : value;
}

/** A number that says something where 0 means that it is not known. */
export function some(value: number): number | undefined {
  return value === 0 ? undefined : value;
}

/** A list that has something in it. */
export function list<T>(values: readonly T[]): readonly T[] | undefined {
  return values.length === 0 ? undefined : values;
}

/** Names of marks by their bits. */
export function marksOf(bits: number): readonly Mark[] {
  return (Object.keys(MARK) as Mark[]).filter((mark) => (bits & MARK[mark]) !== 0);
}

/** Names of the intelligence lists that hold an end. */
export function listsOf({ listed }: { readonly listed: string }): readonly string[] {
  return listed === '' ? [] : listed.split(', ');
}

/** 'measured', 'replayed' or 'synthetic'. */
export function provenanceOf({ row }: EventRecord): string {
  return PROVENANCES[row.tag.provenance] as string;
}

/** The technique of a finding, by where its source is; undefined for what is none. */
export function techniqueOf({ row }: EventRecord): Technique | undefined {
  const { behaviour, direction } = row;
  const isFromOutside = direction === 'inbound' || direction === 'transit';
  return isFromOutside ? behaviour.outside : behaviour.inside;
}

/** What a finding says in one line: 'Port scan: 20 ports'. */
export function findingText({ row }: EventRecord): string {
  const { label, counted } = row.behaviour;
  return row.evidence === 0 ? label : `${label}: ${row.evidence} ${counted}`;
}

/** Whether a row tells of an attack. */
export function isFinding({ row }: EventRecord): boolean {
  return row.kind === 'finding' && row.behaviour !== BEHAVIOURS[0];
}

/** Whether a row tells of a process. */
export function isProcess({ row: { kind } }: EventRecord): boolean {
  return kind === 'fork' || kind === 'exec' || kind === 'exit';
}

/** When what a row tells began and ended, ms since the epoch. */
export function spanOf({ row }: EventRecord): { readonly start: number; readonly end: number } {
  const isFromStart = row.kind === 'open' || row.kind === 'whole' || row.kind === 'finding';
  return isFromStart
    ? { start: row.time, end: row.time + row.durationMs }
    : { start: row.time - row.durationMs, end: row.time };
}

const PROVENANCES = Object.keys(PROVENANCE);
