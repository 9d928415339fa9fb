import type { Technique } from '../classify/behaviours.ts';
import { ocsfConnection, ocsfEndpoint } from './ocsf-network.ts';
import { findingText, type JsonObject, spanOf, techniqueOf } from './parts.ts';
import type { EventRecord } from './record.ts';

const CREATE = 1;
const NEW = 1;
const BEHAVIORAL = 2;

/** What OCSF’s Detection Finding (2004) says of a finding. */
export function ocsfFinding(record: EventRecord): JsonObject {
  const { row, severity } = record;
  const { start, end } = spanOf(record);
  const technique = techniqueOf(record);
  const [confidenceId, confidence] = confidenceOf(row.confidence);
  return {
    category_uid: 2,
    category_name: 'Findings',
    class_uid: 2004,
    class_name: 'Detection Finding',
    activity_id: CREATE,
    activity_name: 'Create',
    type_uid: 200_400 + CREATE,
    status_id: NEW,
    status: 'New',
    message: findingText(record),
    is_alert: severity.level > 0,
    confidence_score: row.confidence,
    confidence_id: confidenceId,
    confidence,
    finding_info: {
      uid: record.id,
      title: row.behaviour.label,
      desc: severity.reasons[0]?.label,
      types: [row.behaviour.name],
      first_seen_time: Math.round(start),
      last_seen_time: Math.round(end),
      created_time: record.storedAt,
      analytic: { type_id: BEHAVIORAL, type: 'Behavioral', name: row.behaviour.name },
      attacks: technique === undefined ? undefined : [attackOf(technique)],
    },
    evidences: [
      {
        src_endpoint: ocsfEndpoint(record.initiator, record) ?? { name: 'unknown' },
        dst_endpoint: ocsfEndpoint(record.responder, record),
        connection_info: ocsfConnection(record),
        data: { [row.behaviour.counted]: row.evidence },
      },
    ],
  };
}

/** 'T1595.001' with 'Active Scanning: Scanning IP Blocks' is a sub-technique of T1595. */
function attackOf({ id, name }: Technique): JsonObject {
  const [parent = id, sub] = id.split('.');
  const [parentName = name, subName = name] = name.split(': ');
  return {
    technique: { uid: parent, name: parentName },
    sub_technique: sub === undefined ? undefined : { uid: id, name: subName },
  };
}

function confidenceOf(percent: number): readonly [number, string] {
  if (percent === 0) return [0, 'Unknown'];
  if (percent < 40) return [1, 'Low'];
  return percent < 80 ? [2, 'Medium'] : [3, 'High'];
}
