import { z } from 'zod';
import { EVENT_KIND } from '../../core/event/kinds.ts';
import type { Audience, EventTable } from '../../core/event/table.ts';
import { hashText } from '../../core/fold/hash.ts';
import { NameBook } from '../../core/fold/names.ts';
import { nativeEvent } from '../../core/format/native.ts';
import { readRecord } from '../../core/format/record.ts';
import type { SegmentPart } from '../../core/frame/messages.ts';
import { LIMITS } from '../../core/limits.ts';
import { openPart } from './event-reader.ts';
import { NATIVE_EVENT } from './native-event.ts';
import { newestFirst } from './newest-first.ts';
import { cursorText, moment, wholeNumber } from './parameters.ts';
import type { HttpPorts } from './ports.ts';
import { fail, type Problem } from './request.ts';
import { CACHE, type Call, defineRoute, NEXT, type Routed } from './route.ts';
import { decodeToken, encodeToken, MAX_TOKEN_CHARS } from './token.ts';
import { matchEnds, parseWantedEnd, type WantedEnd } from './wanted-end.ts';

const DAY_MS = 86_400_000;
const MAX_ROWS = 1_000;
const BUDGET = {
  bytes: LIMITS.httpAnswerBytes - 256 * 1024,
  segments: 200,
  work: 6_000,
} as const;
/** Addresses that one name may stand for. */
const MAX_ADDRESSES = 64;

const TOKEN = z.strictObject({
  v: z.literal(1),
  q: z.string(),
  f: z.int().min(0),
  b: z.int().min(0),
  /** Whether names are still being looked for, and the addresses found. */
  n: z.boolean(),
  a: z.array(z.string().max(64)).max(MAX_ADDRESSES),
  /** By log: below which number to go on, and how many of the next segment’s rows are done. */
  l: z.record(z.string().regex(/^[\w.-]{1,128}$/), z.tuple([z.int().min(0), z.int().min(0)])),
});
type Token = z.output<typeof TOKEN>;

/** GET /v1/endpoints/{endpoint}: rows of an address, a network or a host, newest first. */
export const ENDPOINTS = defineRoute({
  path: '/v1/endpoints/{endpoint+}',
  summary: 'Events of an address, a network or a host',
  description:
    'Rows that have the endpoint at either end, newest first by when their segment was appended. Operator: an address, a network (CIDR) or a host’s name that sensors have learnt. Public: a network or a pseudonym, as events show them. Work is limited: while there is a `next`, ask again with cursor set to it; an answer may have no row and still a next. Of a name the addresses are found first.',
  parameters: {
    endpoint: z
      .string()
      .min(1, { error: 'is missing. Ask for one such as /v1/endpoints/203.0.113.9.' })
      .max(300, { error: 'is longer than any endpoint. Correct it.' })
      .describe('A slash in it may be written as %2F.'),
    before: moment().describe('Rows of segments appended before this time. Now when not given.'),
    from: moment().describe('How far back to look, by the same. A day when not given.'),
    limit: wholeNumber({ min: 1, max: MAX_ROWS, fallback: 100 }).describe('Rows at most.'),
    cursor: cursorText().describe('Where to go on: `next` of the answer before.'),
  },
  answers: {
    'application/json': z.strictObject({
      endpoint: z.string().describe('As it was understood.'),
      what: z.enum(['network', 'label', 'host']),
      addresses: z.array(z.string()).describe('Of a host: those found so far.'),
      from: z.number().describe('ms since the epoch.'),
      before: z.number().describe('ms since the epoch.'),
      rows: z.array(NATIVE_EVENT),
      next: z.string().optional(),
    }),
  },
  headers: { [NEXT]: 'As `next` in the answer.' },
  handle: answerEndpoint,
});

interface EndpointParameters {
  readonly endpoint: string;
  readonly before?: number | undefined;
  readonly from?: number | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

async function answerEndpoint(
  { audience, parameters }: Call<EndpointParameters>,
  ports: HttpPorts,
): Promise<Routed | Problem> {
  const wanted = parseWantedEnd(parameters.endpoint, audience);
  if (typeof wanted === 'string') return fail(400, 'bad-endpoint', wanted);
  const begun = beginning(wanted, audience, parameters, ports.now());
  if ('problem' in begun) return begun;
  const search = new EndpointSearch({ audience, wanted, limit: parameters.limit }, begun, ports);
  const next = await search.run();
  if (next !== undefined && next.length > MAX_TOKEN_CHARS) {
    return fail(400, 'too-much', 'There are too many logs for a cursor. Ask for a shorter time.');
  }
  const answer = {
    endpoint: wanted.text,
    what: wanted.what,
    addresses: search.addresses,
    from: begun.f,
    before: begun.b,
    rows: search.rows,
    next,
  };
  const headers: Record<string, string> = next === undefined ? {} : { [NEXT]: next };
  return { answer, cacheControl: CACHE.head, headers };
}

function beginning(
  wanted: WantedEnd,
  audience: Audience,
  { before, from, cursor }: EndpointParameters,
  now: number,
): Token | Problem {
  const question = hashText(JSON.stringify([audience, wanted.text, before, from]));
  if (cursor === undefined) {
    const b = before ?? now;
    const f = from ?? Math.max(0, b - DAY_MS);
    if (f < b) return { v: 1, q: question, f, b, n: wanted.what === 'host', a: [], l: {} };
    return fail(400, 'bad-range', 'before is not after from. Correct one of them.');
  }
  const token = decodeToken(cursor, TOKEN);
  if (token?.q === question) return token;
  const message = 'cursor is not one of this endpoint and these times. Begin again without it.';
  return fail(400, 'bad-cursor', message);
}

/** Looks for rows of one request; of a name first for its addresses, then from the start again for their rows. */
class EndpointSearch {
  readonly rows: unknown[] = [];
  readonly #wanted: WantedEnd;
  readonly #audience: Audience;
  readonly #limit: number;
  readonly #begun: Token;
  readonly #ports: HttpPorts;
  readonly #addresses: Set<string>;
  readonly #names = new NameBook();
  readonly #until: number;
  #bytes = 0;
  #segments = 0;

  constructor(
    query: { readonly audience: Audience; readonly wanted: WantedEnd; readonly limit: number },
    begun: Token,
    ports: HttpPorts,
  ) {
    this.#audience = query.audience;
    this.#wanted = query.wanted;
    this.#limit = query.limit;
    this.#begun = begun;
    this.#ports = ports;
    this.#addresses = new Set(begun.a);
    this.#until = ports.now() + BUDGET.work;
  }

  get addresses(): readonly string[] {
    return [...this.#addresses].sort();
  }

  /** The token of where to go on, undefined when all is found. */
  async run(): Promise<string | undefined> {
    let logs = new Map(Object.entries(this.#begun.l));
    if (this.#begun.n) {
      const left = await this.#scan(logs, (part) => this.#learnAddresses(part));
      if (left) return this.#token(true, logs);
      logs = new Map();
    }
    const left = await this.#scan(logs, (part, done) => this.#takeRows(part, done));
    return left ? this.#token(false, logs) : undefined;
  }

  /** Goes back through the logs until the budget ends, which is true, or nothing is left. */
  async #scan(
    logs: Map<string, [below: number, rows: number]>,
    take: (part: SegmentPart, done: number) => number | undefined,
  ): Promise<boolean> {
    const { f: from, b: before } = this.#begun;
    const below = new Map([...logs].map(([shard, [number]]) => [shard, number]));
    const range = { audience: this.#audience, from, before };
    for await (const part of newestFirst(range, below, this.#ports)) {
      for (const [shard, number] of below) if (!logs.has(shard)) logs.set(shard, [number, 0]);
      if (this.#isSpent()) return true;
      const [number, rows] = logs.get(part.shard) ?? [0, 0];
      const stopped = take(part, part.number === number - 1 ? rows : 0);
      logs.set(part.shard, stopped === undefined ? [part.number, 0] : [part.number + 1, stopped]);
      if (stopped !== undefined) return true;
      this.#segments++;
    }
    return false;
  }

  #learnAddresses(part: SegmentPart): undefined {
    const { table } = openPart(part);
    for (let i = 0; i < table.length; i++) {
      const kind = table.kind[i];
      if (kind !== EVENT_KIND.name && kind !== EVENT_KIND.trace) continue;
      const name = table.texts[table.text[i] as number] ?? '';
      if (name.toLowerCase().replace(/\.$/, '') !== this.#wanted.text) continue;
      const end = kind === EVENT_KIND.name ? table.responder[i] : table.initiator[i];
      const label = table.endpoints[end as number]?.label ?? '';
      if (label !== '' && this.#addresses.size < MAX_ADDRESSES) this.#addresses.add(label);
    }
    return undefined;
  }

  /** Gives rows from the place `first` on; the place it stopped at when the budget ended. */
  #takeRows(part: SegmentPart, first: number): number | undefined {
    const rendering = openPart(part);
    const { table } = rendering;
    this.#names.learn(table);
    const ends = matchEnds(table, this.#wanted, this.#addresses);
    if (ends === undefined) return undefined;
    const rows = rowsOf(table, ends);
    const source = { ...part, nameOf: (label: string) => this.#names.nameOf(label) };
    for (let place = first; place < rows.length; place++) {
      if (this.#isSpent()) return place;
      const event = nativeEvent(readRecord(rendering, rows[place] as number, source));
      this.rows.push(event);
      this.#bytes += JSON.stringify(event).length;
    }
    return undefined;
  }

  #token(isLearning: boolean, logs: ReadonlyMap<string, [number, number]>): string {
    const { v, q, f, b } = this.#begun;
    const l = Object.fromEntries(logs);
    return encodeToken({ v, q, f, b, n: isLearning, a: [...this.addresses], l } satisfies Token);
  }

  #isSpent(): boolean {
    return (
      this.rows.length >= this.#limit ||
      this.#bytes >= BUDGET.bytes ||
      this.#segments >= BUDGET.segments ||
      this.#ports.now() >= this.#until
    );
  }
}

/** Rows with a wanted end, the newest first. */
function rowsOf(table: EventTable, ends: Uint8Array): readonly number[] {
  const rows: number[] = [];
  for (let i = 0; i < table.length; i++) {
    if (ends[table.initiator[i] as number] === 1 || ends[table.responder[i] as number] === 1) {
      rows.push(i);
    }
  }
  const { time } = table;
  return rows.sort((a, b) => (time[b] as number) - (time[a] as number) || b - a);
}
