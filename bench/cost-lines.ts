import { SOCKET_FRAMING_BYTES } from '../core/prices.ts';
import { PRICES, type Priced } from './prices.ts';

const GB = 1_000_000_000;
const HOUR_MS = 3_600_000;
/** START, END and REPORT of an invocation, and the 26 bytes that CloudWatch adds to each event. */
const PLATFORM_LOG_BYTES = 450;
/** Metrics of an event source mapping that counts events: polled, filtered out, invoked, failed, dropped, delivered. */
const MAPPING_METRICS = 6;
const DAY_HOURS = 24;

/** What was counted while the pipeline ran under load. */
export interface Usage {
  readonly ms: number;
  /** Flows begun, and viewers that were there all the time. */
  readonly flows: number;
  readonly viewers: number;
  /** What the local meter counted meanwhile. */
  readonly counters: Readonly<Record<string, number>>;
  /** Bytes that functions logged, by function. */
  readonly logBytes: Readonly<Record<string, number>>;
  /** Different metrics that functions logged, by function. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Logical ids of what is there for viewers only: functions and tables. */
  readonly forViewers: readonly string[];
  /** Table of the segments by its name, the bytes of an average item's kilobyte, and how long items are kept, days. */
  readonly segments: { readonly table: string; readonly days: number };
  readonly shards: number;
  readonly alarms: number;
  readonly mappings: number;
  /** What one visit of the page costs the edge and the API, and how many there are an hour. */
  readonly visit: { readonly requests: number; readonly bytes: number; readonly api: number };
  readonly visitMinutes: number;
  readonly visitsAnHour: number;
}

/** Who causes a cost. */
export type CostOf = 'pipeline' | 'viewers';

/** One line of a bill. */
export interface CostLine {
  readonly of: CostOf;
  readonly what: string;
  readonly unit: string;
  readonly unitsPerHour: number;
  readonly dollarsPerHour: number;
}

/** What a run would cost an hour, line by line. */
export function costLines(usage: Usage): CostLine[] {
  return [
    ...streamLines(usage),
    ...functionLines(usage),
    ...tableLines(usage),
    ...socketLines(usage),
    ...edgeLines(usage),
    ...watchLines(usage),
  ];
}

/** Dollars for a million flows of lines that cost so much an hour. */
export function perMillionFlows(dollarsPerHour: number, { flows, ms }: Usage): number {
  return flows === 0 ? 0 : (dollarsPerHour / ((flows / ms) * HOUR_MS)) * 1_000_000;
}

/** Dollars an hour of the lines of one cause, or of all. */
export function sumOf(lines: readonly CostLine[], of?: CostOf): number {
  const some = lines.filter((line) => of === undefined || line.of === of);
  return some.reduce((sum, { dollarsPerHour }) => sum + dollarsPerHour, 0);
}

function line(of: CostOf, what: string, priced: Priced, unitsPerHour: number): CostLine {
  const { dollars, per, unit } = PRICES[priced];
  return { of, what, unit, unitsPerHour, dollarsPerHour: (unitsPerHour * dollars) / per };
}

/** Counted units as units an hour. */
function hourly({ ms }: Usage, units: number): number {
  return (units / ms) * HOUR_MS;
}

function counted(usage: Usage, name: string): number {
  return hourly(usage, usage.counters[name] ?? 0);
}

function streamLines(usage: Usage): CostLine[] {
  return [
    line('pipeline', 'Kinesis shards', 'shardHour', usage.shards),
    line('pipeline', 'Kinesis puts', 'putUnit', counted(usage, 'kinesis.putUnits')),
  ];
}

function functionLines(usage: Usage): CostLine[] {
  return namesOf(usage, /^lambda\.(.+)\.gbMs$/).flatMap((name) => {
    const of = causeOf(usage, name);
    const invocations = counted(usage, `lambda.${name}.invocations`);
    const gbSeconds = counted(usage, `lambda.${name}.gbMs`) / 1000;
    const bytes = hourly(usage, usage.logBytes[name] ?? 0) + invocations * PLATFORM_LOG_BYTES;
    return [
      line(of, `Lambda ${name} requests`, 'lambdaRequest', invocations),
      line(of, `Lambda ${name} time`, 'lambdaGbSecond', gbSeconds),
      line(of, `Logs of ${name}`, 'logGb', bytes / GB),
      line(of, `Metrics of ${name}`, 'metric', usage.metrics[name] ?? 0),
    ];
  });
}

function tableLines(usage: Usage): CostLine[] {
  const { table: segments, days } = usage.segments;
  const lines = namesOf(usage, /^dynamodb\.(.+)\.[wr]ru$/).flatMap((table) => {
    const of = causeOf(usage, table);
    return [
      line(of, `Writes to ${table}`, 'writeUnit', counted(usage, `dynamodb.${table}.wru`)),
      line(of, `Reads of ${table}`, 'readUnit', counted(usage, `dynamodb.${table}.rru`)),
    ];
  });
  // As many bytes are kept as are written in the time until they expire; a write unit is up to 1 KB of them.
  const kept = (counted(usage, `dynamodb.${segments}.wru`) * 1_024 * days * DAY_HOURS) / GB;
  return [
    ...lines,
    line('pipeline', `Segments kept ${days} days`, 'tableStorage', kept),
    line('pipeline', 'Point-in-time recovery of them', 'recovery', kept),
  ];
}

function socketLines(usage: Usage): CostLine[] {
  const messages = counted(usage, 'socket.messagesOut');
  const bytes = counted(usage, 'socket.bytesOut') + messages * SOCKET_FRAMING_BYTES;
  const units = counted(usage, 'socket.billedMessages') + counted(usage, 'socket.messagesIn');
  return [
    line('viewers', 'WebSocket messages', 'socketMessage', units),
    line('viewers', 'WebSocket connections', 'socketMinute', usage.viewers * 60),
    line('viewers', 'WebSocket bytes to viewers', 'transferOut', bytes / GB),
  ];
}

function edgeLines(usage: Usage): CostLine[] {
  const { visit, visitsAnHour } = usage;
  const requests = counted(usage, 'site.requests') + visit.requests * visitsAnHour;
  const bytes = counted(usage, 'site.bytesOut') + visit.bytes * visitsAnHour;
  const api = counted(usage, 'http.requests') + visit.api * visitsAnHour;
  return [
    line('viewers', 'CloudFront requests', 'edgeRequest', requests),
    line('viewers', 'CloudFront bytes to viewers', 'edgeTransfer', bytes / GB),
    line('viewers', 'HTTP API requests', 'httpRequest', api),
    line('pipeline', 'S3 puts', 'bucketPut', counted(usage, 's3.put')),
  ];
}

function watchLines(usage: Usage): CostLine[] {
  const metrics = usage.mappings * MAPPING_METRICS;
  return [
    line('pipeline', 'Metrics of event source mappings', 'metric', metrics),
    line('pipeline', 'Alarms', 'alarm', usage.alarms),
  ];
}

function causeOf({ forViewers }: Usage, name: string): CostOf {
  return forViewers.some((prefix) => name.includes(prefix)) ? 'viewers' : 'pipeline';
}

function namesOf({ counters }: Usage, pattern: RegExp): string[] {
  const names = Object.keys(counters).flatMap((name) => pattern.exec(name)?.[1] ?? []);
  return [...new Set(names)].sort();
}
