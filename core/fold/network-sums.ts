import { SERVICE_CLASSES, SERVICES } from '../classify/services.ts';
import type { Endpoint, Place, System } from '../event/table.ts';
import { parseAddress } from '../redact/address.ts';
import { canonical } from './canonical.ts';
import type { SeenConversation } from './conversations.ts';
import { FirstOf } from './first-of.ts';
import type { HeldSegment } from './held-segment.ts';
import { isOfOneSite } from './local-label.ts';
import type { NameBook } from './names.ts';
import type { ObserverSets } from './observer-sets.ts';
import type { StateLink, StateNode } from './state-types.ts';
import { TrafficSums } from './traffic-sums.ts';

const CLASS_NUMBERS = new Map(SERVICE_CLASSES.map(({ name }, number) => [name, number]));
const CLASS_OF_SERVICE = SERVICES.map((service) => CLASS_NUMBERS.get(service.class) ?? 0);
const CLASSES = SERVICE_CLASSES.length;
/** More nodes than a window has rows. */
const NODES = 2 ** 24;

/** What is known of an end. */
interface About {
  readonly endpoint: Endpoint;
  readonly place: Place;
  readonly system: System;
}

interface NodeSums {
  readonly id: string;
  about: About;
  peers: number;
  readonly sums: TrafficSums;
}

interface LinkSums {
  readonly from: NodeSums;
  readonly to: NodeSums;
  readonly serviceClass: number;
  readonly sums: TrafficSums;
}

/** Adds conversations up by their ends, and by both ends and the class of their service. */
export class NetworkSums {
  readonly all = new TrafficSums();
  readonly #sets: ObserverSets;
  readonly #nodes: NodeSums[] = [];
  readonly #numbers = new Map<string, number>();
  /** By segment, by endpoint: the node's number and 1. */
  readonly #known = new Map<HeldSegment, Int32Array>();
  readonly #links = new Map<number, LinkSums>();
  readonly #pairs = new Set<number>();

  constructor(sets: ObserverSets) {
    this.#sets = sets;
  }

  /** Takes a conversation in; ids of the nodes it is between. */
  add(seen: SeenConversation): { readonly from: string; readonly to: string } {
    const { segment, row } = seen.told;
    const from = this.#node(segment, segment.table.initiator[row] as number);
    const to = this.#node(segment, segment.table.responder[row] as number);
    const serviceClass = CLASS_OF_SERVICE[segment.table.service[row] as number] ?? CLASSES - 1;
    this.all.add(seen, this.#sets);
    this.#link(from, to, serviceClass).sums.add(seen, this.#sets);
    const [one, other] = [this.#nodes[from] as NodeSums, this.#nodes[to] as NodeSums];
    one.sums.add(seen, this.#sets);
    if (one !== other) other.sums.add(seen, this.#sets);
    return { from: one.id, to: other.id };
  }

  get nodeCount(): number {
    return this.#nodes.length;
  }

  get linkCount(): number {
    return this.#links.size;
  }

  /** The first so many by bytes, most first. */
  nodes(most: number, names: NameBook): StateNode[] {
    const first = new FirstOf<NodeSums>(most, compareNodes);
    for (const node of this.#nodes) first.add(node);
    return first.sorted().map(({ id, about, peers, sums }) => {
      const { label, home, marks, listed } = about.endpoint;
      const { place, system } = about;
      const known = { id, label, home, place, system, marks, listed, name: names.nameOf(label) };
      return { ...known, peers, ...sums.traffic(this.#sets) };
    });
  }

  /** The first so many by bytes, most first. */
  links(most: number): StateLink[] {
    const first = new FirstOf<LinkSums>(most, compareLinks);
    for (const link of this.#links.values()) first.add(link);
    return first.sorted().map(({ from, to, serviceClass, sums }) => ({
      from: from.id,
      to: to.id,
      class: SERVICE_CLASSES[serviceClass]?.name ?? 'other',
      ...sums.traffic(this.#sets),
    }));
  }

  #node(segment: HeldSegment, endpoint: number): number {
    let known = this.#known.get(segment);
    if (known === undefined) {
      known = new Int32Array(segment.table.endpoints.length);
      this.#known.set(segment, known);
    }
    const number = known[endpoint] as number;
    if (number > 0) return number - 1;
    const made = this.#learn(aboutOf(segment, endpoint));
    known[endpoint] = made + 1;
    return made;
  }

  #learn(about: About): number {
    const id = idOf(about);
    const number = this.#numbers.get(id);
    if (number === undefined) {
      this.#numbers.set(id, this.#nodes.length);
      return this.#nodes.push({ id, about, peers: 0, sums: new TrafficSums() }) - 1;
    }
    const node = this.#nodes[number] as NodeSums;
    if (compareAbout(about, node.about) < 0) node.about = about;
    return number;
  }

  #link(from: number, to: number, serviceClass: number): LinkSums {
    const key = pairKey(from, to) * CLASSES + serviceClass;
    const known = this.#links.get(key);
    if (known !== undefined) return known;
    const ends = { from: this.#nodes[from] as NodeSums, to: this.#nodes[to] as NodeSums };
    const made = { ...ends, serviceClass, sums: new TrafficSums() };
    this.#links.set(key, made);
    this.#pair(from, to);
    return made;
  }

  #pair(from: number, to: number): void {
    const pair = pairKey(Math.min(from, to), Math.max(from, to));
    if (from === to || this.#pairs.has(pair)) return;
    this.#pairs.add(pair);
    for (const end of [from, to]) (this.#nodes[end] as NodeSums).peers++;
  }
}

/** One number for two: V8 hashes a number by its low 32 bits, so these must differ when either node does. */
function pairKey(one: number, other: number): number {
  return one * NODES + (other ^ (Math.imul(one, 0x9e3779b1) >>> 8));
}

function aboutOf({ table }: HeldSegment, index: number): About {
  const endpoint = table.endpoints[index] as Endpoint;
  const place = table.places[endpoint.place] as Place;
  return { endpoint, place, system: table.systems[endpoint.system] as System };
}

function idOf({ endpoint, place }: About): string {
  const { label, home } = endpoint;
  if (label === '') {
    return place.country === '' ? 'unknown' : [place.country, place.city].filter(Boolean).join(' ');
  }
  const placed = place.how === 'site' || place.how === 'network';
  if (!placed || !isOfOneSite(label) || isSite(label, home)) return label;
  return `${label} at ${place.lat},${place.lon}`;
}

/** In public, home hosts go by the label of their site. */
function isSite(label: string, home: boolean): boolean {
  return home && parseAddress(label) === undefined;
}

/** Of two tellings of one end the home one comes first, then the one that knows more, then either, but always the same. */
function compareAbout(one: About, other: About): number {
  if (isSame(one, other)) return 0;
  return gaps(one) - gaps(other) || compareTexts(textOf(one), textOf(other));
}

/** Most are told the same in every segment. */
function isSame(one: About, other: About): boolean {
  const [a, b] = [one.endpoint, other.endpoint];
  return (
    a.home === b.home &&
    a.marks === b.marks &&
    a.listed === b.listed &&
    one.system.asn === other.system.asn &&
    one.system.organisation === other.system.organisation &&
    isSamePlace(one.place, other.place)
  );
}

function isSamePlace(one: Place, other: Place): boolean {
  return (
    one.lat === other.lat &&
    one.lon === other.lon &&
    one.how === other.how &&
    one.country === other.country &&
    one.city === other.city &&
    one.accuracyKm === other.accuracyKm
  );
}

function gaps({ endpoint, place, system }: About): number {
  const known = [endpoint.home, place.how !== 'unknown', system.asn !== 0, endpoint.listed !== ''];
  return known.reduce((sum, is) => 2 * sum + (is ? 0 : 1), 0);
}

function textOf({ endpoint, place, system }: About): string {
  return canonical([place, system, endpoint.marks, endpoint.listed]);
}

function compareNodes(one: NodeSums, other: NodeSums): number {
  return other.sums.bytes - one.sums.bytes || compareTexts(one.id, other.id);
}

function compareLinks(one: LinkSums, other: LinkSums): number {
  return (
    other.sums.bytes - one.sums.bytes ||
    compareTexts(one.from.id, other.from.id) ||
    compareTexts(one.to.id, other.to.id) ||
    one.serviceClass - other.serviceClass
  );
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
