import { EVENT_KIND, isFlowKind } from '../../../core/event/kinds.ts';
import type { EventTable, Place } from '../../../core/event/table.ts';
import type { Arc } from '../gl/flight.ts';
import { CLASS_OF_SERVICE } from './activity.ts';

const DEGREE = Math.PI / 180;

/** What a row is to the map: a flight, more of a flight, or nothing it can draw. */
export type Drawable =
  | { readonly what: 'flight' | 'more'; readonly arc: Arc }
  | { readonly what: 'nothing' };

const NOTHING: Drawable = { what: 'nothing' };

/** A row as an arc; names, traces, processes, findings, bare ends of flows and what has no location draw nothing. */
export function toArc(table: EventTable, index: number): Drawable {
  const kind = table.kind[index];
  if (!isFlowKind(kind)) return NOTHING;
  const from = placeOf(table, table.initiator[index]);
  const to = placeOf(table, table.responder[index]);
  if (!from || !to) return NOTHING;
  const what = kind === EVENT_KIND.open || kind === EVENT_KIND.whole ? 'flight' : 'more';
  return {
    what,
    arc: {
      fromLon: from.lon * DEGREE,
      fromLat: from.lat * DEGREE,
      toLon: to.lon * DEGREE,
      toLat: to.lat * DEGREE,
      serviceClass: CLASS_OF_SERVICE[table.service[index] ?? 0] ?? 0,
      packets: (table.packetsOut[index] ?? 0) + (table.packetsIn[index] ?? 0),
      id: (table.flow[index] ?? 0) + Math.round((table.time[index] ?? 0) % 100_000),
    },
  };
}

function placeOf(table: EventTable, endpoint: number | undefined): Place | undefined {
  const end = table.endpoints[endpoint ?? -1];
  const place = end ? table.places[end.place] : undefined;
  return place && place.how !== 'unknown' ? place : undefined;
}
