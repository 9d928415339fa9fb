import type { Sections } from '../bytes/writer.ts';
import { EVENT_KIND } from '../event/kinds.ts';
import { emptyTableColumns, type TableColumns } from '../event/row-columns.ts';
import type { EventTable, ProbeTag, Rendering } from '../event/table.ts';
import { EventTableBuilder } from '../event/table-builder.ts';
import { fail, type Result } from '../result.ts';
import { decodeRendering, encodeInSections, type RenderingError } from '../segment/rendering.ts';
import { ConversationIds, type DayIds, type KeyedEnd } from './conversation-ids.ts';
import { isGlobal } from './network.ts';
import type { PublicPolicy } from './policy.ts';
import { PublicEnds, publicTag, STANDING } from './public-end.ts';
import { PUBLIC_DATABASE, PUBLIC_RULES, type PublicRules } from './rules.ts';

declare const PUBLIC: unique symbol;

/** A table that went through `redact`; no other can be passed where public bytes are made. */
export type PublicTable = EventTable & { readonly [PUBLIC]: true };
/** Bytes made of a PublicTable. */
export type PublicBytes = Uint8Array & { readonly [PUBLIC]: true };
/** A rendering that public bytes may be made of. */
export type PublicRendering = Rendering & {
  readonly audience: 'public';
  readonly table: PublicTable;
};

/** A redacted table and how many of the operator's rows it leaves out. */
export interface Redacted {
  readonly table: PublicTable;
  readonly withheld: number;
}

/** The public version of an operator's table. `rules` are PUBLIC_RULES but in tests of them. */
export function redact(
  table: EventTable,
  policy: PublicPolicy,
  rules: PublicRules = PUBLIC_RULES,
): Redacted {
  return new Redaction(table, policy, rules).run();
}

/** Encoded bytes of a public rendering: the only way to make PublicBytes. `rules` as for redact. */
export function encodePublicRendering(
  rendering: PublicRendering,
  rules: PublicRules = PUBLIC_RULES,
): PublicBytes {
  return encodePublicInSections(rendering, rules).bytes;
}

/** Likewise, with their sections. */
export function encodePublicInSections(
  rendering: PublicRendering,
  rules: PublicRules = PUBLIC_RULES,
): Sections & { readonly bytes: PublicBytes } {
  const all = Object.entries(rendering.databases);
  const told = all.filter(
    ([name]) => rules.rendering.databases === 'keep' || PUBLIC_DATABASE.test(name),
  );
  const open = { ...rendering, databases: Object.fromEntries(told) };
  return encodeInSections(open) as Sections & { readonly bytes: PublicBytes };
}

/** The rendering in PublicBytes, which stays one that public bytes may be made of. Never throws. */
export function decodePublicRendering(bytes: PublicBytes): Result<PublicRendering, RenderingError> {
  const decoded = decodeRendering(bytes);
  if (!decoded.ok) return decoded;
  const rendering = decoded.value;
  if (rendering.audience !== 'public') return fail('bad-value', 'not the public rendering');
  return { ok: true, value: rendering as PublicRendering };
}

const COLUMNS = Object.keys(emptyTableColumns(0)) as (keyof TableColumns)[];
const TEXTS: readonly (keyof TableColumns)[] = ['text', 'detail', 'history'];
const KIND_NAMES = Object.keys(EVENT_KIND) as (keyof typeof EVENT_KIND)[];

/** Decides once for each end, tag and text of a table; rows are then gathered column by column. */
class Redaction {
  readonly #table: EventTable;
  readonly #policy: PublicPolicy;
  readonly #rules: PublicRules;
  readonly #ends: PublicEnds;
  readonly #sensors: readonly ProbeTag[];

  constructor(table: EventTable, policy: PublicPolicy, rules: PublicRules) {
    this.#table = table;
    this.#policy = policy;
    this.#rules = rules;
    this.#ends = new PublicEnds(table, policy, rules);
    this.#sensors = table.tags.map((tag) => publicTag(tag, policy, rules.tag));
  }

  run(): Redacted {
    const rows = this.#publishedRows();
    const out = new EventTableBuilder(rows.length);
    for (let i = 0; i < rows.length; i++) out.add();
    this.#copy(rows, out);
    this.#fill('responderPort', rows, out, (i) => this.#portOf('responder', 'responderPort', i));
    this.#fill('initiatorPort', rows, out, (i) => this.#portOf('initiator', 'initiatorPort', i));
    this.#addEnds(rows, out);
    this.#addTexts(rows, out);
    if (this.#policy.pairs) this.#addPairs(rows, out);
    return { table: out.build() as PublicTable, withheld: this.#withheld(rows) };
  }

  #publishedRows(): Uint32Array {
    const { length, kind, initiator, responder } = this.#table;
    const { standing } = this.#ends;
    const kinds = Uint8Array.from(KIND_NAMES, (name) =>
      this.#rules.kinds[name] === 'publish' ? 1 : 0,
    );
    const all = this.#policy.internal || this.#rules.insideOnly === 'publish';
    const rows = new Uint32Array(length);
    let count = 0;
    for (let i = 0; i < length; i++) {
      if (kinds[kind[i] as number] !== 1) continue;
      const from = standing[initiator[i] as number];
      const to = standing[responder[i] as number];
      if (all || from === STANDING.outside || to === STANDING.outside) rows[count++] = i;
    }
    return rows.slice(0, count);
  }

  /** A row that others were folded into counts for them too. */
  #withheld(rows: Uint32Array): number {
    const { length, folded } = this.#table;
    let withheld = length - rows.length;
    for (let i = 0; i < length; i++) withheld += folded[i] as number;
    for (const i of rows) withheld -= folded[i] as number;
    return withheld;
  }

  #copy(rows: Uint32Array, out: EventTableBuilder): void {
    for (const name of COLUMNS) {
      if (this.#rules.columns[name] !== 'keep' || TEXTS.includes(name)) continue;
      gather(this.#table[name], rows, out.columns[name]);
    }
  }

  /** A port by its rule: whose it is decides. */
  #portOf(
    end: 'initiator' | 'responder',
    port: 'initiatorPort' | 'responderPort',
    i: number,
  ): number {
    const rule = this.#rules.columns[port];
    if (rule === 'blank') return 0;
    const standing = this.#ends.standing[this.#table[end][i] as number];
    const told = rule === 'keep' || standing === STANDING.outside;
    return told ? (this.#table[port][i] as number) : 0;
  }

  #fill(
    name: keyof TableColumns,
    rows: Uint32Array,
    out: EventTableBuilder,
    value: (i: number) => number,
  ): void {
    const column = out.columns[name];
    for (let row = 0; row < rows.length; row++) column[row] = value(rows[row] as number);
  }

  #addEnds(rows: Uint32Array, out: EventTableBuilder): void {
    const tags = Uint32Array.from(this.#sensors, (sensor) => out.tag(sensor));
    const { tag, initiator, responder } = this.#table;
    const indexes = new EndIndexes(this.#ends.standing, (endpoint, sensor) =>
      this.#ends.add(endpoint, this.#sensors[sensor] as ProbeTag, out),
    );
    const { columns } = out;
    for (let row = 0; row < rows.length; row++) {
      const i = rows[row] as number;
      const own = tag[i] as number;
      columns.tag[row] = tags[own] as number;
      columns.initiator[row] = indexes.of(initiator[i] as number, own);
      columns.responder[row] = indexes.of(responder[i] as number, own);
    }
  }

  #addTexts(rows: Uint32Array, out: EventTableBuilder): void {
    for (const name of ['text', 'detail', 'history'] as const) {
      if (this.#rules.columns[name] !== 'keep') continue;
      const { texts } = this.#table;
      this.#fill(name, rows, out, (i) => out.text(texts[this.#table[name][i] as number] as string));
    }
  }

  #addPairs(rows: Uint32Array, out: EventTableBuilder): void {
    if (this.#rules.columns.pair !== 'pair') return;
    const ids = new ConversationIds(this.#policy.keyed);
    const { kind, time, protocol, initiator, responder, initiatorPort, responderPort, tag } =
      this.#table;
    for (let row = 0; row < rows.length; row++) {
      const i = rows[row] as number;
      const own = kind[i] as number;
      if (own > EVENT_KIND.data && own !== EVENT_KIND.whole) continue;
      const day = ids.of(time[i] as number);
      const from = this.#keyedEnd(day, initiator[i] as number, tag[i] as number);
      const to = this.#keyedEnd(day, responder[i] as number, tag[i] as number);
      if (from === undefined || to === undefined) continue;
      const ports = ((initiatorPort[i] as number) << 16) | (responderPort[i] as number);
      out.columns.pair[row] = day.conversation(protocol[i] as number, from, to, ports);
    }
  }

  #keyedEnd(day: DayIds, endpoint: number, tag: number): KeyedEnd | undefined {
    const index = tag * this.#table.endpoints.length + endpoint;
    const known = day.ends.get(index);
    if (known !== undefined) return known;
    const address = this.#ends.addresses[endpoint];
    if (address === undefined) return undefined;
    const { site } = this.#table.tags[tag] as ProbeTag;
    const made = day.host(address, isGlobal(address) ? undefined : site);
    day.ends.set(index, made);
    return made;
  }
}

/** Public indexes of a table's ends: what is not outside is another one at each sensor. */
class EndIndexes {
  readonly #standing: Uint8Array;
  readonly #make: (endpoint: number, tag: number) => number;
  /** By endpoint, 0 for none yet: index + 1, of the tag in `#tag` where it is not outside. */
  readonly #index: Uint32Array;
  readonly #tag: Uint32Array;

  constructor(standing: Uint8Array, make: (endpoint: number, tag: number) => number) {
    this.#standing = standing;
    this.#make = make;
    this.#index = new Uint32Array(standing.length);
    this.#tag = new Uint32Array(standing.length);
  }

  of(endpoint: number, tag: number): number {
    const known = this.#index[endpoint] as number;
    const isAnyones = this.#standing[endpoint] === STANDING.outside;
    if (known > 0 && (isAnyones || this.#tag[endpoint] === tag)) return known - 1;
    // Rows of a sensor are together: making one anew where sensors change is rare, and its dictionary knows it.
    const made = this.#make(endpoint, tag);
    this.#index[endpoint] = made + 1;
    this.#tag[endpoint] = tag;
    return made;
  }
}

function gather(from: TableColumns[keyof TableColumns], rows: Uint32Array, to: typeof from): void {
  for (let row = 0; row < rows.length; row++) to[row] = from[rows[row] as number] as number;
}
