import { SEVERITY_NAMES } from '../classify/severity-reasons.ts';
import { isoTime } from './iso-time.ts';
import {
  findingText,
  isFinding,
  isProcess,
  type JsonObject,
  list,
  listsOf,
  marksOf,
  provenanceOf,
  some,
  techniqueOf,
  text,
  told,
} from './parts.ts';
import type { EventRecord, RecordEnd } from './record.ts';

/** A record in our own JSON, which leaves nothing out; docs/api.md and the OpenAPI document tell its fields. */
export function nativeEvent(record: EventRecord): JsonObject {
  const { row, severity } = record;
  const { tag } = row;
  return {
    id: record.id,
    time: isoTime(row.time),
    storedAt: isoTime(record.storedAt),
    kind: row.kind,
    durationMs: row.durationMs,
    sensor: {
      probe: text(tag.probe),
      site: tag.site,
      lat: tag.lat,
      lon: tag.lon,
      boot: tag.boot,
      provenance: provenanceOf(record),
      sampling: tag.sampling,
      skewMs: some(tag.skewMs),
    },
    flow: some(row.flow),
    initiator: endOf(record.initiator),
    responder: endOf(record.responder),
    protocol: { number: row.protocol, name: row.protocolName },
    packetsOut: row.packetsOut,
    packetsIn: row.packetsIn,
    bytesOut: row.bytesOut,
    bytesIn: row.bytesIn,
    flagsOut: some(row.flagsOut),
    flagsIn: some(row.flagsIn),
    state: row.state === 'NONE' ? undefined : row.state,
    history: text(row.history),
    direction: row.direction,
    service: {
      name: row.service.name,
      class: row.service.class,
      method: row.method,
      confidence: row.confidence,
    },
    severity: {
      level: severity.level,
      name: SEVERITY_NAMES[severity.level],
      reasons: severity.reasons.map(({ name }) => name),
    },
    communityId: text(record.communityId),
    pair: some(row.pair),
    folded: some(row.folded),
    vlan: some(row.vlan),
    finding: isFinding(record) ? findingOf(record) : undefined,
    text: text(row.text),
    detail: text(row.detail),
    process: isProcess(record) || row.pid !== 0 ? processOf(record) : undefined,
  };
}

function endOf(end: RecordEnd): JsonObject {
  const { place, system, name } = end;
  return {
    label: end.label,
    port: some(end.port),
    home: end.home,
    name: name && { name: name.name, source: name.source, at: isoTime(name.at) },
    place: place.how === 'unknown' ? undefined : placeOf(end),
    system: told({ asn: some(system.asn), organisation: text(system.organisation) }),
    marks: list(marksOf(end.marks)),
    lists: list(listsOf(end)),
  };
}

function placeOf({ place }: RecordEnd): JsonObject {
  return {
    how: place.how,
    lat: place.lat,
    lon: place.lon,
    country: text(place.country),
    city: text(place.city),
    accuracyKm: some(place.accuracyKm),
  };
}

function findingOf(record: EventRecord): JsonObject {
  const { behaviour, evidence } = record.row;
  return {
    behaviour: behaviour.name,
    says: findingText(record),
    evidence,
    counted: behaviour.counted,
    technique: techniqueOf(record),
  };
}

function processOf({ row }: EventRecord): JsonObject {
  return {
    pid: row.pid,
    parentPid: some(row.parentPid),
    user: row.kind === 'exec' || row.kind === 'fork' ? row.user : some(row.user),
    exitCode: row.kind === 'exit' ? row.exitCode : undefined,
  };
}
