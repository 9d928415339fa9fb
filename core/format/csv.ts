import { SEVERITY_NAMES } from '../classify/severity-reasons.ts';
import { isoTime } from './iso-time.ts';
import { isFinding, listsOf, marksOf, provenanceOf, techniqueOf } from './parts.ts';
import type { EventRecord, RecordEnd } from './record.ts';

type Cell = string | number;
type Columns = readonly (readonly [name: string, cell: (record: EventRecord) => Cell])[];

/** A spreadsheet runs a cell that begins so. Source: https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[=+\-@\t\r]/;
const QUOTED = /[",\r\n]/;

/** Columns in their order: new ones are added at the end, none is ever moved. */
const COLUMNS: Columns = [
  ['id', ({ id }) => id],
  ['time', ({ row }) => isoTime(row.time)],
  ['stored_at', ({ storedAt }) => isoTime(storedAt)],
  ['kind', ({ row }) => row.kind],
  ['duration_ms', ({ row }) => row.durationMs],
  ['probe', ({ row }) => row.tag.probe],
  ['site', ({ row }) => row.tag.site],
  ['provenance', provenanceOf],
  ['sampling', ({ row }) => row.tag.sampling],
  ...endColumns('src', ({ initiator }) => initiator),
  ...endColumns('dst', ({ responder }) => responder),
  ['protocol', ({ row }) => (row.protocol === 0 ? '' : row.protocolName)],
  ['service', ({ row }) => row.service.name],
  ['service_class', ({ row }) => row.service.class],
  ['method', ({ row }) => row.method],
  ['confidence', ({ row }) => row.confidence],
  ['direction', ({ row }) => row.direction],
  ['state', ({ row }) => (row.state === 'NONE' ? '' : row.state)],
  ['history', ({ row }) => row.history],
  ['packets_out', ({ row }) => row.packetsOut],
  ['packets_in', ({ row }) => row.packetsIn],
  ['bytes_out', ({ row }) => row.bytesOut],
  ['bytes_in', ({ row }) => row.bytesIn],
  ['flags_out', ({ row }) => row.flagsOut],
  ['flags_in', ({ row }) => row.flagsIn],
  ['severity', ({ severity }) => SEVERITY_NAMES[severity.level]],
  ['severity_reasons', ({ severity }) => severity.reasons.map(({ name }) => name).join(' ')],
  ['behaviour', (record) => (isFinding(record) ? record.row.behaviour.name : '')],
  ['technique', (record) => (isFinding(record) ? (techniqueOf(record)?.id ?? '') : '')],
  ['evidence', (record) => (isFinding(record) ? record.row.evidence : '')],
  ['folded', ({ row }) => row.folded],
  ['community_id', ({ communityId }) => communityId],
  ['pair', ({ row }) => row.pair || ''],
  ['boot', ({ row }) => row.tag.boot],
  ['flow', ({ row }) => row.flow],
  ['text', ({ row }) => row.text],
  ['detail', ({ row }) => row.detail],
  ['vlan', ({ row }) => row.vlan || ''],
  ['pid', ({ row }) => row.pid || ''],
  ['parent_pid', ({ row }) => row.parentPid || ''],
  ['user', ({ row }) => (row.kind === 'exec' || row.kind === 'fork' ? row.user : '')],
  ['exit_code', ({ row }) => (row.kind === 'exit' ? row.exitCode : '')],
  ['skew_ms', ({ row }) => row.tag.skewMs],
];

/** The first line of a file of csvLine's lines. */
export const CSV_HEADER: string = line(COLUMNS.map(([name]) => name));

/** A record as a line of RFC 4180, its end included; no text of it is taken for a formula by a spreadsheet. */
export function csvLine(record: EventRecord): string {
  return line(COLUMNS.map(([, cell]) => cell(record)));
}

function endColumns(prefix: string, pick: (record: EventRecord) => RecordEnd): Columns {
  const column = (name: string, cell: (end: RecordEnd) => Cell): Columns[number] => [
    `${prefix}_${name}`,
    (record) => cell(pick(record)),
  ];
  const placed = (end: RecordEnd, value: Cell): Cell => (end.place.how === 'unknown' ? '' : value);
  return [
    [prefix, (record) => pick(record).label],
    column('port', ({ port }) => port || ''),
    column('name', ({ name }) => name?.name ?? ''),
    column('home', ({ home }) => (home ? 'yes' : 'no')),
    column('country', ({ place }) => place.country),
    column('city', ({ place }) => place.city),
    column('lat', (end) => placed(end, end.place.lat)),
    column('lon', (end) => placed(end, end.place.lon)),
    column('asn', ({ system }) => system.asn || ''),
    column('organisation', ({ system }) => system.organisation),
    column('marks', ({ marks }) => marksOf(marks).join(' ')),
    column('lists', (end) => listsOf(end).join(' ')),
  ];
}

function line(cells: readonly Cell[]): string {
  return `${cells.map(cellText).join(',')}\r\n`;
}

function cellText(cell: Cell): string {
  if (typeof cell === 'number') return String(cell);
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
