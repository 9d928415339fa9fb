import { Buffer } from 'node:buffer';
import type { DynamoDBRecord } from 'aws-lambda';
import type { Audience, Rendering } from '../../core/event/table.ts';
import { type CompiledFilter, compileFilter } from '../../core/filter/compile.ts';
import { filterRendering } from '../../core/filter/filter-rendering.ts';
import { parseFilter } from '../../core/filter/parse.ts';
import { digestRendering } from '../../core/frame/digest.ts';
import type { FrameMessage } from '../../core/frame/messages.ts';
import type { PublicRendering } from '../../core/redact/public-rendering.ts';
import type { Result } from '../../core/result.ts';
import type { View } from '../aws/viewers.ts';
import { count } from '../metrics.ts';
import { closeBody, closePublicBody, openBody, openPublicBody } from '../segment-body.ts';
import { partOfImage } from '../segment-image.ts';
import { type FramePart, packFrames } from './frames.ts';

/** Distinct views with a filter of their own in one invocation; the viewers of others get every row, and filter themselves. */
export const MAX_FILTERED_VIEWS = 64;
/** With less than this left of the invocation, ms, no more filters are run. */
const FILTER_RESERVE_MS = 10_000;

/** What frames are made with. */
export interface FrameContext {
  readonly ports: {
    readonly frameRows: number;
    now(): number;
    remainingMs(): number;
  };
  readonly counts: Record<string, number>;
}

type Opened<R> = Result<R, string> | undefined;

/** Frames of new segments as they go over the wire, made once for all viewers of one audience and filter. */
export class ViewFrames {
  readonly #context: FrameContext;
  readonly #records: readonly DynamoDBRecord[];
  readonly #at: number;
  readonly #filters: ReadonlyMap<string, CompiledFilter>;
  readonly #made = new Map<string, readonly Uint8Array[]>();
  readonly #public: Opened<PublicRendering>[] = [];
  readonly #operator: Opened<Rendering>[] = [];

  constructor(records: readonly DynamoDBRecord[], views: readonly View[], context: FrameContext) {
    const inserts = records.filter((record) => record.eventName === 'INSERT');
    this.#records = inserts.filter((record) => partOfImage(record, 'public') !== undefined);
    this.#context = context;
    this.#at = context.ports.now();
    const bad = inserts.length - this.#records.length;
    count(context.counts, 'segments', this.#records.length);
    if (bad > 0) count(context.counts, 'bad-record', bad);
    this.#filters = filtersOf(views, context.counts);
  }

  /** The messages for viewers of a view. */
  of(view: View): readonly Uint8Array[] {
    const key = keyOf(view);
    return this.#once(key, () => this.#make(view, this.#filters.get(key)));
  }

  #once(key: string, make: () => readonly Uint8Array[]): readonly Uint8Array[] {
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#made.set(key, made);
    return made;
  }

  #make({ audience, filter }: View, compiled: CompiledFilter | undefined): readonly Uint8Array[] {
    if (filter === '' && audience === 'public') return this.#makeDigests();
    if (filter === '') return this.#pack((i) => this.#stored(i, audience));
    if (compiled === undefined || this.#context.ports.remainingMs() < FILTER_RESERVE_MS) {
      count(this.#context.counts, 'unfiltered-views');
      return this.#once(`${audience} stored`, () => this.#pack((i) => this.#stored(i, audience)));
    }
    return this.#pack((i) => this.#filtered(i, audience, compiled), { filter: compiled.text });
  }

  #makeDigests(): readonly Uint8Array[] {
    const bodies = this.#records.map((_, i) => this.#digest(i));
    const folds = bodies.some((body) => body !== undefined);
    return this.#pack((i) => bodies[i] ?? this.#stored(i, 'public'), folds ? { digest: true } : {});
  }

  #pack(
    body: (record: number) => string | undefined,
    named: Pick<FrameMessage, 'filter' | 'digest'> = {},
  ): readonly Uint8Array[] {
    const parts = this.#records.flatMap((record, i): FramePart[] => {
      const part = partOfImage(record, 'public');
      return part === undefined ? [] : [{ ...part, body: body(i) }];
    });
    const encoder = new TextEncoder();
    return packFrames(parts, { at: this.#at, ...named }).map((frame) =>
      encoder.encode(JSON.stringify(frame)),
    );
  }

  #stored(i: number, audience: Audience): string | undefined {
    return partOfImage(this.#records[i] as DynamoDBRecord, audience)?.body;
  }

  /** Undefined where what is stored has no more rows than a frame should. */
  #digest(i: number): string | undefined {
    const { frameRows } = this.#context.ports;
    const rows = Number(this.#records[i]?.dynamodb?.NewImage?.['events']?.N ?? 0);
    const opened = rows > frameRows ? this.#openPublic(i) : undefined;
    if (opened === undefined || !opened.ok || opened.value.table.length <= frameRows) {
      return undefined;
    }
    return base64(closePublicBody(digestRendering(opened.value, frameRows)));
  }

  /** Undefined where what is stored cannot be read: a viewer then fetches it, and sees that. */
  #filtered(i: number, audience: Audience, filter: CompiledFilter): string | undefined {
    if (audience === 'operator') {
      const opened = this.#openOperator(i);
      return opened.ok ? base64(closeBody(filterRendering(opened.value, filter))) : undefined;
    }
    const opened = this.#openPublic(i);
    if (!opened.ok) return undefined;
    const filtered = filterRendering(opened.value, filter);
    return base64(closePublicBody(digestRendering(filtered, this.#context.ports.frameRows)));
  }

  #openPublic(i: number): Result<PublicRendering, string> {
    const opened = this.#public[i] ?? this.#counted(openPublicBody(this.#bytes(i, 'public')));
    this.#public[i] = opened;
    return opened;
  }

  #openOperator(i: number): Result<Rendering, string> {
    const opened = this.#operator[i] ?? this.#counted(openBody(this.#bytes(i, 'operator')));
    this.#operator[i] = opened;
    return opened;
  }

  #bytes(i: number, audience: Audience): Uint8Array {
    return Buffer.from(this.#stored(i, audience) ?? '', 'base64');
  }

  #counted<R>(opened: Result<R, string>): Result<R, string> {
    if (!opened.ok) count(this.#context.counts, `bad-body-${opened.reason}`);
    return opened;
  }
}

function keyOf({ audience, filter }: View): string {
  return `${audience} ${filter}`;
}

/** The filters of the views that most viewers have, ready to run. */
function filtersOf(
  views: readonly View[],
  counts: Record<string, number>,
): ReadonlyMap<string, CompiledFilter> {
  const viewers = new Map<string, { readonly filter: string; viewers: number }>();
  for (const view of views) {
    if (view.filter === '') continue;
    const known = viewers.get(keyOf(view));
    if (known === undefined) viewers.set(keyOf(view), { filter: view.filter, viewers: 1 });
    else known.viewers++;
  }
  const most = [...viewers].sort(([, a], [, b]) => b.viewers - a.viewers);
  if (most.length > 0) count(counts, 'filters', most.length);
  const compiled = new Map<string, CompiledFilter>();
  for (const [key, { filter }] of most.slice(0, MAX_FILTERED_VIEWS)) {
    const parsed = parseFilter(filter);
    if (parsed.ok) compiled.set(key, compileFilter(parsed.value));
  }
  return compiled;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
