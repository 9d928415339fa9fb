import { Buffer } from 'node:buffer';
import type { DynamoDBRecord } from 'aws-lambda';
import type { Audience, Rendering } from '../../core/event/table.ts';
import { type CompiledFilter, compileFilter } from '../../core/filter/compile.ts';
import { filterRendering } from '../../core/filter/filter-rendering.ts';
import { parseFilter } from '../../core/filter/parse.ts';
import { digestRendering } from '../../core/frame/digest.ts';
import { mergeRenderings } from '../../core/frame/merge.ts';
import type { FrameMessage } from '../../core/frame/messages.ts';
import type { PublicRendering } from '../../core/redact/public-rendering.ts';
import type { Result } from '../../core/result.ts';
import type { View } from '../aws/viewers.ts';
import { count } from '../metrics.ts';
import { closeBody, closePublicBody, openBody, openPublicBody } from '../segment-body.ts';
import { partOfImage } from '../segment-image.ts';
import { type FramePart, packFrames } from './frames.ts';
import { dollarsOf } from './governor.ts';

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

/** Rows that each log's part may have, however many logs there are. */
const MIN_ROWS = 10;

/** What a public view shows of a segment. */
type PublicView = (rendering: PublicRendering) => PublicRendering;

const everyRow: PublicView = (rendering) => rendering;

type Opened<R> = Result<R, string> | undefined;

/** Frames of new segments as they go over the wire, made once for all viewers of one audience and filter. */
export class ViewFrames {
  readonly #context: FrameContext;
  readonly #records: readonly DynamoDBRecord[];
  readonly #at: number;
  #tickMs: number | undefined;
  readonly #filters: ReadonlyMap<string, CompiledFilter>;
  readonly #made = new Map<string, readonly FrameMessage[]>();
  readonly #messages = new Map<string, readonly Uint8Array[]>();
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

  /** When the newest segment was appended, ms; 0 without one. */
  get newest(): number {
    const parts = this.#records.map((record) => partOfImage(record, 'public')?.createdAt ?? 0);
    return Math.max(0, ...parts);
  }

  /** US dollars for sending these viewers their messages. */
  dollarsFor(viewers: readonly View[]): number {
    const each = new Map<string, number>();
    let dollars = 0;
    for (const view of viewers) {
      const key = keyOf(view);
      const known = each.get(key) ?? sumOfDollars(this.of(view));
      each.set(key, known);
      dollars += known;
    }
    return dollars;
  }

  /** From now on messages say that the next come after so long, ms, which is more than the view said. */
  stretch(tickMs: number): void {
    this.#tickMs = tickMs;
    this.#messages.clear();
  }

  /** The messages for viewers of a view. */
  of(view: View): readonly Uint8Array[] {
    const key = keyOf(view);
    const known = this.#messages.get(key);
    if (known !== undefined) return known;
    const tick = this.#tickMs === undefined ? {} : { tickMs: this.#tickMs };
    const encoder = new TextEncoder();
    const frames = this.#once(key, () => this.#make(view, this.#filters.get(key)));
    const messages = frames.map((frame) => encoder.encode(JSON.stringify({ ...frame, ...tick })));
    this.#messages.set(key, messages);
    return messages;
  }

  #once(key: string, make: () => readonly FrameMessage[]): readonly FrameMessage[] {
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#made.set(key, made);
    return made;
  }

  #make({ audience, filter }: View, compiled: CompiledFilter | undefined): readonly FrameMessage[] {
    if (filter === '' && audience === 'public') return this.#makePublic(everyRow);
    if (filter === '') return this.#pack(this.#parts((i) => this.#stored(i, audience)));
    if (compiled === undefined || this.#context.ports.remainingMs() < FILTER_RESERVE_MS) {
      count(this.#context.counts, 'unfiltered-views');
      return this.#once(`${audience} stored`, () =>
        this.#pack(this.#parts((i) => this.#stored(i, audience))),
      );
    }
    const named = { filter: compiled.text };
    if (audience === 'operator') {
      return this.#pack(
        this.#parts((i) => this.#filtered(i, compiled)),
        named,
      );
    }
    return this.#makePublic((rendering) => filterRendering(rendering, compiled), named);
  }

  /** One part for each log: what a viewer gets does not grow with the segments of a tick. */
  #makePublic(view: PublicView, named: Pick<FrameMessage, 'filter'> = {}): readonly FrameMessage[] {
    const stored = this.#parts((i) => this.#stored(i, 'public'));
    const runs = runsOf(stored);
    const rows = Math.max(MIN_ROWS, Math.floor(this.#context.ports.frameRows / runs.length));
    let digest = false;
    const parts = runs.flatMap((run): readonly FramePart[] => {
      const whole =
        run.length === 1 && view === everyRow && this.#rowsAtMost(run[0] as number) <= rows;
      const merged = whole ? undefined : this.#merge(run, view);
      if (merged === undefined) {
        const body = (i: number) => (view === everyRow ? stored[i]?.body : undefined);
        return run.map((i) => ({ ...(stored[i] as FramePart), body: body(i) }));
      }
      const digested = digestRendering(merged, rows);
      digest ||= digested !== merged;
      const from = (stored[run[0] as number] as FramePart).number - 1;
      const last = stored[run.at(-1) as number] as FramePart;
      const range = last.number - from > 1 ? { from } : {};
      return [{ ...last, ...range, body: base64(closePublicBody(digested)) }];
    });
    return this.#pack(parts, { ...named, ...(digest ? { digest } : {}) });
  }

  /** Undefined where one of them cannot be read: viewers are then told of each, and see which it is. */
  #merge(run: readonly number[], view: PublicView): PublicRendering | undefined {
    const renderings: PublicRendering[] = [];
    for (const i of run) {
      const opened = this.#openPublic(i);
      if (!opened.ok) return undefined;
      renderings.push(view(opened.value));
    }
    return mergeRenderings(renderings);
  }

  #parts(body: (record: number) => string | undefined): readonly FramePart[] {
    return this.#records.flatMap((record, i): FramePart[] => {
      const part = partOfImage(record, 'public');
      return part === undefined ? [] : [{ ...part, body: body(i) }];
    });
  }

  #pack(
    parts: readonly FramePart[],
    named: Pick<FrameMessage, 'filter' | 'digest'> = {},
  ): readonly FrameMessage[] {
    return packFrames(parts, { at: this.#at, ...named });
  }

  #stored(i: number, audience: Audience): string | undefined {
    return partOfImage(this.#records[i] as DynamoDBRecord, audience)?.body;
  }

  /** Rows of the segment, of which the public gets no more. */
  #rowsAtMost(i: number): number {
    return Number(this.#records[i]?.dynamodb?.NewImage?.['events']?.N ?? 0);
  }

  /** Undefined where what is stored cannot be read: a viewer then fetches it, and sees that. */
  #filtered(i: number, filter: CompiledFilter): string | undefined {
    const opened = this.#openOperator(i);
    return opened.ok ? base64(closeBody(filterRendering(opened.value, filter))) : undefined;
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

function sumOfDollars(messages: readonly Uint8Array[]): number {
  return messages.reduce((sum, { length }) => sum + dollarsOf(length), 0);
}

/** Indexes of parts that follow one another in a log, oldest first. */
function runsOf(parts: readonly FramePart[]): readonly (readonly number[])[] {
  const order = [...parts.keys()].sort(
    (a, b) => (parts[a] as FramePart).number - (parts[b] as FramePart).number,
  );
  const runs: number[][] = [];
  const open = new Map<string, number[]>();
  for (const i of order) {
    const { shard, number } = parts[i] as FramePart;
    const run = open.get(shard);
    const last = run?.at(-1);
    if (run !== undefined && last !== undefined && parts[last]?.number === number - 1) {
      run.push(i);
      continue;
    }
    const begun = [i];
    open.set(shard, begun);
    runs.push(begun);
  }
  return runs;
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
