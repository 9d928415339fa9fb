import type { BatchEvents, BatchHeader } from '../../core/batch/batch.ts';
import { classifyByPort } from '../../core/classify/services.ts';
import { DIRECTION, isFlowKind, METHOD, PROVENANCE } from '../../core/event/kinds.ts';
import type { ProbeTag } from '../../core/event/table.ts';
import { LIMITS } from '../../core/limits.ts';
import type { End, Locator } from './locate.ts';
import type { Sensor } from './sensor.ts';

/** A batch's rows with what wrangle knows about them. */
export interface EnrichedBatch {
  readonly tag: ProbeTag;
  /** Rows as the probe sent them, times of a measured batch corrected, services that the probe could not tell by port. */
  readonly events: BatchEvents;
  /** By address of the batch. */
  readonly ends: readonly End[];
  /** By row. */
  readonly direction: Uint8Array;
  /** What went less than well, by reason. */
  readonly counters: Readonly<Record<string, number>>;
}

/** A batch with the sensor it is from. */
export interface Batch {
  readonly header: BatchHeader;
  readonly sensor: Sensor;
  readonly events: BatchEvents;
  /** When Kinesis took it, ms since the epoch. */
  readonly arrivedAt: number;
}

/** Places, names and orients a batch's rows. */
export function enrich(batch: Batch, locator: Locator): EnrichedBatch {
  const { header, sensor } = batch;
  const ends = batch.events.addresses.map((address) => locator.locate(address, sensor));
  const timed = correctTimes(batch);
  const events = timed.events;
  const unlocated = countUnlocated(events, ends);
  return {
    tag: {
      probe: header.probe,
      boot: header.boot,
      site: sensor.site,
      lat: sensor.lat,
      lon: sensor.lon,
      provenance: header.provenance,
      sampling: header.sampling,
      skewMs: 0,
    },
    events: { ...events, ...classify(events) },
    ends,
    direction: orient(events, ends),
    counters: {
      ...(timed.skewed > 0 ? { 'clock-skew': timed.skewed } : {}),
      ...(unlocated > 0 ? { 'geo-unavailable': unlocated } : {}),
    },
  };
}

/**
 * Measured rows are never later than their batch's arrival allows: a batch with a clock that is ahead is moved back by
 * as much as it says it was cut after it arrived, and no row stays in the future. Rows long past keep their time.
 * Both are counted. Replayed and synthetic batches keep any time.
 */
function correctTimes({ header, events, arrivedAt }: Batch): {
  readonly events: BatchEvents;
  readonly skewed: number;
} {
  if (header.provenance !== PROVENANCE.measured) return { events, skewed: 0 };
  const latest = arrivedAt + LIMITS.batchFutureMs;
  const earliest = arrivedAt - LIMITS.batchPastMs;
  const isAhead = events.time.some((time) => time > latest);
  const past = events.time.reduce((sum, time) => sum + (time < earliest ? 1 : 0), 0);
  if (!isAhead) return { events, skewed: past };
  const ahead = Math.max(0, header.createdAt - arrivedAt);
  const time = events.time.map((told) => Math.min(told - ahead, arrivedAt));
  return { events: { ...events, time }, skewed: events.length };
}

function countUnlocated(events: BatchEvents, ends: readonly End[]): number {
  if (!ends.some((end) => end.unlocated)) return 0;
  let count = 0;
  for (let i = 0; i < events.length; i++) {
    const initiator = ends[events.initiator[i] as number];
    const responder = ends[events.responder[i] as number];
    if (initiator?.unlocated || responder?.unlocated) count++;
  }
  return count;
}

/** What a probe has told a flow by stays; of others the ports say something. */
function classify(events: BatchEvents): Pick<BatchEvents, 'service' | 'method' | 'confidence'> {
  const { length, kind, protocol, responderPort, initiatorPort } = events;
  const service = events.service.slice();
  const method = events.method.slice();
  const confidence = events.confidence.slice();
  for (let i = 0; i < length; i++) {
    if (method[i] !== METHOD.none || !isFlowKind(kind[i])) continue;
    const told = classifyByPort(
      protocol[i] as number,
      responderPort[i] as number,
      initiatorPort[i] as number,
    );
    service[i] = told.service;
    method[i] = told.method;
    confidence[i] = told.confidence;
  }
  return { service, method, confidence };
}

/** By whether initiator (2) and responder (1) are home. */
const DIRECTIONS = [
  DIRECTION.transit,
  DIRECTION.inbound,
  DIRECTION.outbound,
  DIRECTION.internal,
] as const;

function orient(events: BatchEvents, ends: readonly End[]): Uint8Array {
  const home = Uint8Array.from(ends, (end) => (end.home ? 1 : 0));
  const direction = new Uint8Array(events.length);
  for (let i = 0; i < events.length; i++) {
    const [initiator, responder] = [events.initiator[i] as number, events.responder[i] as number];
    const known = DIRECTIONS[2 * (home[initiator] as number) + (home[responder] as number)];
    direction[i] = initiator === 0 || responder === 0 ? DIRECTION.untold : (known as number);
  }
  return direction;
}
