import { type AnyNode, type DocumentNode, evaluate, parse } from '@humanwhocodes/momoa';
import type { z } from 'zod';
import { didYouMean } from '../../core/nearest.ts';
import { jsonProblem } from './json-problem.ts';
import { FILE_KEYS, type Settings, settingsSchema } from './settings.ts';
import { THRESHOLDS } from './thresholds.ts';

/** What is wrong with a configuration file, where (lines and columns count from 1) and what to do. */
export interface ConfigProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type ConfigFile =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** Longest configuration that is read, characters. */
const MAX_TEXT = 1_000_000;
/** Longest value that a message repeats, characters. */
const MAX_SHOWN = 60;

/** Reads a configuration; every problem of it is told, in the order of the file. */
export function readConfig(text: string): ConfigFile {
  if (text.length > MAX_TEXT) return refused('this is no configuration: it is over 1 MB long');
  let document: DocumentNode;
  try {
    document = parse(text.replace(/^\ufeff/, ''), { mode: 'json' });
  } catch (error) {
    return { ok: false, problems: [jsonProblem(error as Error, text)] };
  }
  const value: unknown = evaluate(document);
  const { success, data, error } = settingsSchema.safeParse(value);
  const problems = [
    ...twice(document.body),
    ...(error?.issues ?? []).flatMap((issue) => explain(issue, document.body, value)),
  ].sort((a, b) => a.line - b.line || a.column - b.column);
  if (!success || problems.length > 0) return { ok: false, problems };
  const { $schema: _, ...settings } = data;
  return { ok: true, settings: settings as Settings };
}

function refused(message: string): ConfigFile {
  return { ok: false, problems: [{ line: 1, column: 1, message }] };
}

/** JSON lets a key stand twice and most readers take the last; here it is a mistake. */
function twice(body: AnyNode): ConfigProblem[] {
  if (body.type !== 'Object') return [];
  const seen = new Set<string>();
  return body.members.flatMap(({ name }) => {
    const key = name.type === 'String' ? name.value : name.name;
    const again = seen.has(key);
    seen.add(key);
    return again ? [{ ...placeOf(name), message: `${key} stands here a second time` }] : [];
  });
}

function explain(issue: z.core.$ZodIssue, body: AnyNode, value: unknown): ConfigProblem[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    const parent = nodeAt(body, path);
    const known = path.length === 0 ? FILE_KEYS : Object.keys(THRESHOLDS);
    return issue.keys.map((key) => ({
      ...placeOf(keyNode(parent, key) ?? parent),
      message: `there is no setting ${[...path, key].join('.')}${didYouMean(key, known)}`,
    }));
  }
  if (path.length === 0) {
    return [{ ...placeOf(body), message: 'a configuration is one object: { "stream": "…" }' }];
  }
  const is = shown(
    path.reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], value),
  );
  return [
    {
      ...placeOf(nodeAt(body, path)),
      message: `${path.join('.')}: ${issue.message} (it is ${is})`,
    },
  ];
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

function placeOf(node: AnyNode): { line: number; column: number } {
  const { line, column } = node.loc.start;
  return { line, column };
}

function keyNode(node: AnyNode, key: string): AnyNode | undefined {
  if (node.type !== 'Object') return undefined;
  return node.members.findLast(
    ({ name }) => (name.type === 'String' ? name.value : name.name) === key,
  )?.name;
}

/** The value at a path, or the nearest thing around it that there is. */
function nodeAt(body: AnyNode, path: readonly string[]): AnyNode {
  let node = body;
  for (const key of path) {
    const inner =
      node.type === 'Array'
        ? node.elements[Number(key)]?.value
        : node.type === 'Object'
          ? node.members.findLast(
              ({ name }) => (name.type === 'String' ? name.value : name.name) === key,
            )?.value
          : undefined;
    if (inner === undefined) return node;
    node = inner;
  }
  return node;
}
