import { type JsonObject, some, text } from './parts.ts';
import type { EventRecord } from './record.ts';

const LAUNCH = 1;
const TERMINATE = 2;

/** What OCSF’s Process Activity (1007) says of a process that began or ended. */
export function ocsfProcessActivity({ row }: EventRecord): JsonObject {
  const activity = row.kind === 'exit' ? TERMINATE : LAUNCH;
  const isExit = activity === TERMINATE;
  const parent = row.parentPid === 0 ? undefined : { pid: row.parentPid };
  return {
    category_uid: 1,
    category_name: 'System Activity',
    class_uid: 1007,
    class_name: 'Process Activity',
    activity_id: activity,
    activity_name: isExit ? 'Terminate' : 'Launch',
    type_uid: 100_700 + activity,
    exit_code: isExit ? row.exitCode : undefined,
    device: { type_id: 0, type: 'Unknown', name: row.tag.probe, boot_uid: row.tag.boot },
    actor: { process: parent ?? { pid: row.pid } },
    process: {
      pid: row.pid,
      name: text(row.text),
      cmd_line: row.kind === 'exec' ? text(`${row.text} ${row.detail}`.trim()) : undefined,
      parent_process: parent,
      user: isExit ? undefined : { uid: String(row.user) },
      created_time: isExit ? undefined : some(Math.round(row.time)),
      terminated_time: isExit ? Math.round(row.time) : undefined,
    },
  };
}
