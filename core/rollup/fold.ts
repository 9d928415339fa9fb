import { SERVICES, type Service } from '../classify/services.ts';
import { severityColumn } from '../classify/severity.ts';
import { SEVERITY_NAMES } from '../classify/severity-reasons.ts';
import { DIRECTION, EVENT_KIND, isFlowKind } from '../event/kinds.ts';
import type { Endpoint, EventTable, Place, ProbeTag, Rendering, System } from '../event/table.ts';
import { campaignPartials } from '../fold/campaign-partials.ts';
import { conversationKeys } from '../fold/conversation.ts';
import { NameBook } from '../fold/names.ts';
import { networkOfLabel } from '../redact/network.ts';
import { GroupedSums } from './grouped-sums.ts';
import { periodStart } from './period.ts';
import { addCounter, emptyRollup, learnName, type Rollup } from './rollup.ts';
import { type SketchHash, sketchHash } from './sketch.ts';
import { noSums, type Sums } from './sums.ts';

/** Separates the parts of a key: what stands on its left has none. */
export const KEY_SEPARATOR = '\n';

/**
 * What a segment adds to the minutes that its rows are of, by their starts in ms. A row counts in the minute of its own
 * time, a finding in that in which it was last seen; what has no time of its own (rows withheld, counters) counts when
 * the segment was appended.
 *
 * Flows and findings count by service, direction, severity, sensor (site, probe), and by country and system (AS) of their
 * initiator; by its network when it lies outside the home networks and may be told. For operators they count for both
 * their ends as well.
 */
export function foldMinutes(rendering: Rendering, createdAt: number): Map<number, Rollup> {
  const { table, counters, withheld } = rendering;
  const minutes = new Map<number, Rollup>();
  const of = (time: number): Rollup => {
    const start = periodStart('minute', time);
    const known = minutes.get(start);
    if (known !== undefined) return known;
    const fresh = emptyRollup();
    minutes.set(start, fresh);
    return fresh;
  };
  const fold = new TableFold(rendering);
  for (const [start, rows] of rowsByMinute(table)) fold.add(rows, of(start));
  for (const partial of campaignPartials(table)) {
    const rollup = of(partial.lastSeen);
    rollup.campaigns = [...rollup.campaigns, partial];
  }
  const names = new NameBook();
  names.learn(table);
  for (const [label, learnt] of names.entries()) learnName(of(learnt.at), label, learnt);
  if (withheld > 0) of(createdAt).withheld += withheld;
  for (const [name, count] of Object.entries(counters)) addCounter(of(createdAt), name, count);
  return minutes;
}

/** Rows of each minute, in order. */
function rowsByMinute(table: EventTable): Map<number, number[]> {
  const minutes = new Map<number, number[]>();
  for (let i = 0; i < table.length; i++) {
    const start = periodStart('minute', timeOf(table, i));
    const rows = minutes.get(start);
    if (rows === undefined) minutes.set(start, [i]);
    else rows.push(i);
  }
  return minutes;
}

function timeOf(table: EventTable, i: number): number {
  const time = table.time[i] as number;
  return table.kind[i] === EVENT_KIND.finding ? time + (table.durationMs[i] as number) : time;
}

const DIRECTIONS = Object.keys(DIRECTION);

/** How an end counts as an initiator and as an end; what is '' does not count there. */
interface EndKeys {
  readonly country: string;
  readonly system: string;
  readonly network: string;
  readonly endpoint: string;
  /** Of sources that can be told apart. */
  readonly source: SketchHash | undefined;
}

/** Folds rows of one table; what is the same for all its minutes is made once. */
class TableFold {
  readonly #table: EventTable;
  readonly #operator: boolean;
  readonly #severity: Uint8Array;
  readonly #conversations: Float64Array;
  readonly #keys: (EndKeys | undefined)[];
  readonly #services = new GroupedSums(SERVICES.length);
  readonly #directions = new GroupedSums(DIRECTIONS.length);
  readonly #severities = new GroupedSums(SEVERITY_NAMES.length);
  readonly #tags: GroupedSums;
  readonly #initiators: GroupedSums;
  readonly #responders: GroupedSums;

  constructor({ table, audience }: Rendering) {
    this.#table = table;
    this.#operator = audience === 'operator';
    this.#severity = severityColumn(table);
    this.#conversations = conversationKeys(table, audience);
    this.#keys = new Array(table.endpoints.length);
    this.#tags = new GroupedSums(table.tags.length);
    this.#initiators = new GroupedSums(table.endpoints.length);
    this.#responders = new GroupedSums(table.endpoints.length);
  }

  add(rows: readonly number[], rollup: Rollup): void {
    for (const i of rows) this.#addRow(i, rollup);
    this.#drain(rollup);
  }

  #addRow(i: number, rollup: Rollup): void {
    const table = this.#table;
    const kind = table.kind[i] as number;
    const many = 1 + (table.folded[i] as number);
    rollup.rows += many;
    const row = this.#sums(i, kind, many);
    if (row === undefined) return;
    const { totals } = rollup;
    totals.connections += row.connections;
    totals.findings += row.findings;
    totals.packets += row.packets;
    totals.bytes += row.bytes;
    const time = timeOf(table, i);
    const service = table.service[i] as number;
    const initiator = table.initiator[i] as number;
    this.#services.add(service < SERVICES.length ? service : 0, row, time);
    this.#directions.add(table.direction[i] as number, row, time);
    this.#severities.add(this.#severity[i] as number, row, time);
    this.#tags.add(table.tag[i] as number, row, time);
    this.#initiators.add(initiator, row, time);
    if (this.#operator) this.#responders.add(table.responder[i] as number, row, time);
    if (row.connections + row.findings === 0) return;
    const { source } = this.#keysOf(initiator);
    if (source !== undefined) rollup.sources.add(source);
    const conversation = this.#conversations[i] as number;
    if (conversation !== 0) rollup.conversations.add(numberHash(conversation));
  }

  /** Undefined for rows of neither flows nor findings. */
  #sums(i: number, kind: number, many: number): Sums | undefined {
    const table = this.#table;
    if (kind === EVENT_KIND.finding) return { ...NOTHING, findings: many };
    if (!isFlowKind(kind)) return undefined;
    const opens = kind === EVENT_KIND.open || kind === EVENT_KIND.whole;
    return {
      connections: opens ? many : 0,
      findings: 0,
      packets: (table.packetsOut[i] as number) + (table.packetsIn[i] as number),
      bytes: (table.bytesOut[i] as number) + (table.bytesIn[i] as number),
    };
  }

  #drain({ tallies }: Rollup): void {
    const { service, direction, severity, sensor, country, system, network, endpoint } = tallies;
    this.#services.drain((id, ...sums) => service.add((SERVICES[id] as Service).name, ...sums));
    this.#directions.drain((id, ...sums) => direction.add(DIRECTIONS[id] as string, ...sums));
    this.#severities.drain((id, ...sums) =>
      severity.add(SEVERITY_NAMES[id as 0 | 1 | 2 | 3 | 4], ...sums),
    );
    this.#tags.drain((id, ...sums) => sensor.add(sensorKey(this.#table.tags[id]), ...sums));
    this.#initiators.drain((id, ...sums) => {
      const keys = this.#keysOf(id);
      country.add(keys.country, ...sums);
      system.add(keys.system, ...sums);
      if (keys.network !== '') network.add(keys.network, ...sums);
      if (keys.endpoint !== '') endpoint.add(keys.endpoint, ...sums);
    });
    this.#responders.drain((id, ...sums) => {
      const keys = this.#keysOf(id);
      if (keys.endpoint !== '') endpoint.add(keys.endpoint, ...sums);
    });
  }

  #keysOf(id: number): EndKeys {
    const known = this.#keys[id];
    if (known !== undefined) return known;
    const { label, home, place, system } = this.#table.endpoints[id] as Endpoint;
    const { asn, organisation } = this.#table.systems[system] as System;
    const isSource = label !== '' && !home;
    const keys: EndKeys = {
      country: (this.#table.places[place] as Place).country,
      system: asn === 0 ? '' : `${asn}${KEY_SEPARATOR}${organisation}`,
      network: isSource ? this.#networkOf(label) : '',
      endpoint: this.#operator ? label : '',
      source: isSource ? sketchHash(label) : undefined,
    };
    this.#keys[id] = keys;
    return keys;
  }

  /** The public has networks as labels already. */
  #networkOf(label: string): string {
    return this.#operator ? networkOfLabel(label) : label;
  }
}

const NOTHING = noSums();
const TWO_32 = 2 ** 32;

function sensorKey(tag: ProbeTag | undefined): string {
  return `${tag?.site ?? ''}${KEY_SEPARATOR}${tag?.probe ?? ''}`;
}

function numberHash(value: number): SketchHash {
  return sketchHash(
    String.fromCharCode(
      value & 0xffff,
      (value >>> 16) & 0xffff,
      (value / TWO_32) & 0xffff,
      value / TWO_32 / 0x10000,
    ),
  );
}
