import type { BatchEvents, BatchHeader } from '../../core/batch/batch.ts';
import { classifyByPort } from '../../core/classify/services.ts';
import { DIRECTION, isFlowKind, METHOD } from '../../core/event/kinds.ts';
import type { ProbeTag } from '../../core/event/table.ts';
import { believedTimes } from './clock.ts';
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
  const { time, skewMs, moved } = believedTimes(batch.events.time, batch);
  const events = { ...batch.events, time };
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
      skewMs,
    },
    events: { ...events, ...classify(events) },
    ends,
    direction: orient(events, ends),
    counters: {
      ...(moved > 0 ? { 'clock-skew': moved } : {}),
      ...(unlocated > 0 ? { 'geo-unavailable': unlocated } : {}),
    },
  };
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
