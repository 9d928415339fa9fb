import type { FieldName } from './fields.ts';
import type { NetworkWords } from './network-words.ts';

/** Longest text of a filter, characters. */
export const MAX_FILTER_CHARS = 512;
/** Most terms of a filter, and how deep brackets and negations may nest. */
export const MAX_FILTER_TERMS = 64;
export const MAX_FILTER_DEPTH = 16;

/** Which end of a row a term is about. */
export type End = 'either' | 'initiator' | 'responder';

/** One value a term allows: anything known, a range of whole numbers, a member of a closed set, a text, a network. */
export type Value =
  | { readonly what: 'known' }
  | { readonly what: 'range'; readonly min: number; readonly max: number }
  | { readonly what: 'choice'; readonly name: string }
  | { readonly what: 'text'; readonly text: string; readonly exact: boolean }
  | { readonly what: 'network'; readonly network: NetworkWords };

/** A field and the values of which it must have one. */
export interface Term {
  readonly what: 'term';
  readonly field: FieldName;
  readonly end: End;
  readonly values: readonly Value[];
}

/** What a row must be like. `words` is a folded text that any of the row's texts holds; `all` of nothing is every row. */
export type Condition =
  | Term
  | { readonly what: 'words'; readonly text: string }
  | { readonly what: 'not'; readonly of: Condition }
  | { readonly what: 'all' | 'any'; readonly of: readonly Condition[] };

/** A filter that can be run, and the one text that all filters of its meaning written alike come to. */
export interface Filter {
  readonly text: string;
  readonly condition: Condition;
}

/** Why a text is no filter: `column` counts characters from 1. */
export interface FilterError {
  readonly ok: false;
  readonly reason: 'bad-filter';
  readonly column: number;
  readonly detail: string;
}

/** The filter that every row passes. */
export const NO_FILTER: Filter = { text: '', condition: { what: 'all', of: [] } };
