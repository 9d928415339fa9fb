import { EVENT_KIND } from '../event/kinds.ts';
import { emptyTableColumns, type TableColumns } from '../event/row-columns.ts';
import type { Endpoint, EventTable, Place, ProbeTag, Rendering, System } from '../event/table.ts';
import { EventTableBuilder } from '../event/table-builder.ts';
import { encodeRendering } from '../segment/rendering.ts';
import { parseAddress } from './address.ts';
import { isGlobal, type Networks, truncateAddress } from './network.ts';
import { PUBLIC_RULES, type PublicRules } from './rules.ts';

declare const PUBLIC: unique symbol;

/** A table that went through `redact`; no other can be passed where public bytes are made. */
type PublicTable = EventTable & { readonly [PUBLIC]: true };
/** Bytes made of a PublicTable. */
export type PublicBytes = Uint8Array & { readonly [PUBLIC]: true };
/** A rendering that public bytes may be made of. */
export type PublicRendering = Rendering & {
  readonly audience: 'public';
  readonly table: PublicTable;
};

/** What the operator chose: sources go by their /24 or /48 (`mask`), or only by their place (`none`). */
export interface PublicPolicy {
  readonly sources: 'mask' | 'none';
  /** Networks of which not even the prefix is told, such as those of all sensors. */
  readonly hidden?: Networks;
}

/** A redacted table and how many of the operator's rows it leaves out. */
export interface Redacted {
  readonly table: PublicTable;
  readonly withheld: number;
}

/** Label of what a public audience may not tell apart. */
const PRIVATE_NETWORK = 'private network';
const UNPLACED: Place = { how: 'unknown', lat: 0, lon: 0, country: '', city: '', accuracyKm: 0 };
/** Sensors are shown to 0.01 degrees, about a kilometre. */
const SITE_STEPS = 100;
const KIND_NAMES = Object.keys(EVENT_KIND) as (keyof typeof EVENT_KIND)[];

/** The public version of an operator's table. `rules` are PUBLIC_RULES but in tests of them. */
export function redact(
  table: EventTable,
  policy: PublicPolicy,
  rules: PublicRules = PUBLIC_RULES,
): Redacted {
  return new Redaction(table, policy, rules).run();
}

/** Encoded bytes of a public rendering: the only way to make PublicBytes. */
export function encodePublicRendering(rendering: PublicRendering): PublicBytes {
  return encodeRendering(rendering) as PublicBytes;
}

class Redaction {
  readonly #table: EventTable;
  readonly #policy: PublicPolicy;
  readonly #rules: PublicRules;
  readonly #out: EventTableBuilder;
  readonly #sensors: readonly ProbeTag[];
  readonly #tags: readonly number[];
  /** Public endpoints by `tag × endpoints + endpoint`: a home host is another one at each site. */
  readonly #ends = new Map<number, number>();

  constructor(table: EventTable, policy: PublicPolicy, rules: PublicRules) {
    this.#table = table;
    this.#policy = policy;
    this.#rules = rules;
    this.#out = new EventTableBuilder(table.length);
    this.#sensors = table.tags.map((tag) => publicTag(tag, rules));
    this.#tags = this.#sensors.map((sensor) => this.#out.tag(sensor));
  }

  run(): Redacted {
    const { length } = this.#table;
    for (let i = 0; i < length; i++) if (this.#published(i)) this.#addRow(i);
    const built = this.#out.build();
    return { table: built as PublicTable, withheld: length - built.length };
  }

  #published(i: number): boolean {
    const kind = KIND_NAMES[this.#table.kind[i] as number];
    return kind !== undefined && this.#rules.kinds[kind] === 'publish';
  }

  #addRow(i: number): void {
    const row = this.#out.add();
    const from = this.#table;
    const to = this.#out.columns;
    for (const name of COLUMNS) {
      if (this.#rules.columns[name] === 'keep') to[name][row] = from[name][i] as number;
    }
    const tag = from.tag[i] as number;
    to.tag[row] = this.#tags[tag] as number;
    to.initiator[row] = this.#end(from.initiator[i] as number, tag);
    to.responder[row] = this.#end(from.responder[i] as number, tag);
    this.#addPort(row, i, ['initiator', 'initiatorPort']);
    this.#addPort(row, i, ['responder', 'responderPort']);
    for (const name of TEXTS) {
      if (this.#rules.columns[name] !== 'keep') continue;
      to[name][row] = this.#out.text(from.texts[from[name][i] as number] as string);
    }
  }

  #addPort(
    row: number,
    i: number,
    [end, port]: ['initiator', 'initiatorPort'] | ['responder', 'responderPort'],
  ): void {
    if (this.#rules.columns[port] !== 'zero-at-home') return;
    const { home } = this.#table.endpoints[this.#table[end][i] as number] as Endpoint;
    this.#out.columns[port][row] = home ? 0 : (this.#table[port][i] as number);
  }

  #end(endpoint: number, tag: number): number {
    const key = tag * this.#table.endpoints.length + endpoint;
    const known = this.#ends.get(key);
    if (known !== undefined) return known;
    const added = this.#out.endpoint(this.#publicEnd(endpoint, tag));
    this.#ends.set(key, added);
    return added;
  }

  #publicEnd(endpoint: number, tag: number): Endpoint {
    const end = this.#table.endpoints[endpoint] as Endpoint;
    const rule = this.#rules.endpoint;
    const sensor = this.#sensors[tag] as ProbeTag;
    const place = this.#table.places[end.place] as Place;
    const address = end.home ? undefined : parseAddress(end.label);
    const known = address !== undefined && isGlobal(address) && !this.#policy.hidden?.has(address);
    const seen = { end, sensor, address: known ? address : undefined };
    return {
      label: rule.label === 'keep' ? end.label : publicLabel(seen, this.#policy),
      place: this.#out.place(rule.place === 'keep' ? place : publicPlace(seen, place)),
      home: end.home,
      system:
        known || rule.system === 'keep'
          ? this.#out.system(this.#table.systems[end.system] as System)
          : 0,
      marks: known || rule.marks === 'keep' ? end.marks : 0,
      listed: known || rule.listed === 'keep' ? end.listed : '',
    };
  }
}

/** An end of flows as one sensor saw it; `address` only where its network may be told. */
interface SeenEnd {
  readonly end: Endpoint;
  readonly sensor: ProbeTag;
  readonly address: Uint8Array | undefined;
}

const TEXTS = ['text', 'detail', 'history'] as const;
const COLUMNS = Object.keys(emptyTableColumns(0)) as (keyof TableColumns)[];

function publicTag(tag: ProbeTag, rules: PublicRules): ProbeTag {
  const rounded = (name: 'lat' | 'lon'): number =>
    rules.tag[name] === 'round' ? Math.round(tag[name] * SITE_STEPS) / SITE_STEPS : tag[name];
  return {
    ...tag,
    probe: rules.tag.probe === 'blank' ? '' : tag.probe,
    skewMs: rules.tag.skewMs === 'blank' ? 0 : tag.skewMs,
    lat: rounded('lat'),
    lon: rounded('lon'),
  };
}

function publicLabel({ end, sensor, address }: SeenEnd, policy: PublicPolicy): string {
  if (end.home) return sensor.site;
  if (end.label === '') return '';
  if (address === undefined) return PRIVATE_NETWORK;
  return policy.sources === 'mask' ? truncateAddress(address) : '';
}

/**
 * Where a home or private host is, the sensor's site says; an operator's own network table says nothing in public, and
 * nor does a database about a hidden network.
 */
function publicPlace({ end, sensor, address }: SeenEnd, place: Place): Place {
  if (end.label === '' && !end.home) return UNPLACED;
  if (place.how === 'geo' && !end.home) return address === undefined ? UNPLACED : place;
  if (address !== undefined && place.how !== 'site') return UNPLACED;
  return { ...UNPLACED, how: 'site', lat: sensor.lat, lon: sensor.lon };
}
