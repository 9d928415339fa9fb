import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ListSource, parseListSources } from '../intelligence/list-source.ts';
import { type NetworkEntry, parseNetworkTable } from './network-table.ts';

/** What the operator adds to what databases know. */
export interface Enrichment {
  /** The operator's own networks; the longest prefix wins. */
  readonly networks: readonly NetworkEntry[];
  readonly lists: readonly ListSource[];
}

/** Reads the file beside the function's code; '' is none. Throws an error that says what to correct. */
export function readEnrichment(root: string, path: string): Enrichment {
  if (path === '') return { networks: [], lists: [] };
  const file = resolve(root, path);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${file} cannot be read as JSON: deploy again, or set ENRICHMENT to ''.`, {
      cause,
    });
  }
  const { networks, lists } = Object(value) as Readonly<Record<string, unknown>>;
  // Going on without the operator's networks would tell the public of them.
  if (networks === undefined || lists === undefined) {
    throw new Error(`${file} has no networks and lists: deploy again.`);
  }
  return { networks: parseNetworkTable(networks), lists: parseListSources(lists) };
}
