import { SEVERITY_NAMES } from '../classify/severity-reasons.ts';
import { isoTime } from './iso-time.ts';
import { ocsfFinding } from './ocsf-finding.ts';
import {
  ocsfConnection,
  ocsfEndpoint,
  ocsfJa4,
  ocsfTraffic,
  ocsfUnmapped,
} from './ocsf-network.ts';
import { ocsfProcessActivity } from './ocsf-process-activity.ts';
import { isFinding, isProcess, type JsonObject, list, provenanceOf, spanOf } from './parts.ts';
import { type EventRecord, outcomeOf } from './record.ts';

/** Version of the Open Cybersecurity Schema Framework. Source: https://schema.ocsf.io/1.5.0 */
const OCSF_VERSION = '1.5.0';

/**
 * A record as an event of OCSF: Network Activity (4001), a finding as Detection Finding (2004), what tells of a process
 * as Process Activity (1007). What OCSF has no attribute for is in `unmapped`.
 */
export function ocsfEvent(record: EventRecord): JsonObject {
  if (isProcess(record)) return { ...baseOf(record), ...ocsfProcessActivity(record) };
  if (isFinding(record)) return { ...baseOf(record), ...ocsfFinding(record) };
  return { ...baseOf(record), ...networkActivity(record) };
}

/** What every class has. */
function baseOf(record: EventRecord): JsonObject {
  const { row, severity } = record;
  const { start, end } = spanOf(record);
  return {
    time: Math.round(row.time),
    start_time: Math.round(start),
    end_time: Math.round(end),
    duration: row.durationMs,
    // OCSF counts from 1, Informational.
    severity_id: severity.level + 1,
    severity: SEVERITY_CAPTIONS[severity.level],
    count: 1 + row.folded,
    metadata: {
      version: OCSF_VERSION,
      product: { name: 'Skirmish', vendor_name: 'Skirmish' },
      uid: record.id,
      event_code: row.kind,
      logged_time: record.storedAt,
      original_time: isoTime(row.time),
      log_name: row.tag.site,
      log_provider: row.tag.probe === '' ? undefined : row.tag.probe,
      labels: list(
        provenanceOf(record) === 'measured' ? [] : [`provenance:${provenanceOf(record)}`],
      ),
    },
    unmapped: ocsfUnmapped(record),
  };
}

const SEVERITY_CAPTIONS = SEVERITY_NAMES.map((name) =>
  name === 'info' ? 'Informational' : `${name[0]?.toUpperCase()}${name.slice(1)}`,
);

/** Captions of Network Activity’s activities, at their id. */
const ACTIVITIES = ['Unknown', 'Open', 'Close', 'Reset', 'Fail', 'Refuse', 'Traffic'];
const OTHER = 99;
/** Ids and captions of status. */
const STATUSES = {
  unknown: [0, 'Unknown'],
  success: [1, 'Success'],
  failure: [2, 'Failure'],
} as const;

function networkActivity(record: EventRecord): JsonObject {
  const { row } = record;
  const activity = activityOf(record);
  const [statusId, status] = STATUSES[outcomeOf(row.state)];
  return {
    category_uid: 4,
    category_name: 'Network Activity',
    class_uid: 4001,
    class_name: 'Network Activity',
    activity_id: activity,
    activity_name: ACTIVITIES[activity] ?? (row.kind === 'trace' ? 'Trace' : 'Name'),
    type_uid: 400_100 + activity,
    status_id: statusId,
    status,
    status_code: row.state === 'NONE' ? undefined : row.state,
    app_name: row.service.id === 0 ? undefined : row.service.name,
    connection_info: ocsfConnection(record),
    traffic: ocsfTraffic(record),
    // One end at least is asked for: what names only its flow has an unknown one.
    src_endpoint: ocsfEndpoint(record.initiator, record) ?? { name: 'unknown' },
    dst_endpoint: ocsfEndpoint(
      record.responder,
      record,
      row.kind === 'name' ? row.text : undefined,
    ),
    ja4_fingerprint_list: ocsfJa4(record),
  };
}

function activityOf({ row: { kind, state } }: EventRecord): number {
  if (kind === 'open') return 1;
  if (kind === 'data') return 6;
  if (kind !== 'close' && kind !== 'whole') return OTHER;
  if (state === 'REJ') return 5;
  if (outcomeOf(state) === 'failure') return 4;
  if (state === 'RSTO' || state === 'RSTR') return 3;
  return kind === 'close' ? 2 : 6;
}
