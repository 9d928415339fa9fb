import type { Status } from '../cli/status.ts';
import type { CaptureStatus } from '../watchdog/observation.ts';
import { byReason, type Family, single } from './exposition.ts';

/** A running probe's metrics. */
export function probeMetrics(status: Status): readonly Family[] {
  return [
    ...single('counter', 'skirmish_packets_total', 'Packets metered', status.packets),
    ...single('counter', 'skirmish_flows_total', 'Flows begun', status.flows),
    ...single('counter', 'skirmish_events_total', 'Events accepted into batches', status.events),
    byReason('skirmish_events_lost_total', 'Events lost, by reason', status.dropped),
    byReason(
      'skirmish_packets_undecodable_total',
      'Packets that no flow counts, by reason',
      status.undecodable,
    ),
    byReason(
      'skirmish_metering_unfinished_total',
      'What metering left undone, by reason',
      status.unfinished ?? {},
    ),
    ...single(
      'counter',
      'skirmish_kernel_drops_total',
      'Packets the kernel had no room for',
      status.kernelDrops,
    ),
    ...single(
      'counter',
      'skirmish_uplink_packets_total',
      "Packets of the probe's own uplink that were left out",
      status.uplinkPackets,
    ),
    ...shippingMetrics(status),
    ...spoolMetrics(status),
    ...captureMetrics(status.captures ?? []),
    ...single(
      'gauge',
      'skirmish_timer_lag_seconds',
      'Latest timer of the last second',
      seconds(status.lagMs),
    ),
    ...moduleMetrics(status),
    ...recordingMetrics(status),
    ...importMetrics(status),
    alarmMetric(status),
  ];
}

/** Of the process itself, by the names that Prometheus clients share. */
export function processMetrics(process: {
  readonly residentBytes: number;
  readonly cpuSeconds: number;
  readonly startedAtSeconds: number;
}): readonly Family[] {
  return [
    ...single('gauge', 'process_resident_memory_bytes', 'Memory in use', process.residentBytes),
    ...single('counter', 'process_cpu_seconds_total', 'Time on a core', process.cpuSeconds),
    ...single(
      'gauge',
      'process_start_time_seconds',
      'When the process began, since the epoch',
      process.startedAtSeconds,
    ),
  ];
}

function shippingMetrics(status: Status): readonly Family[] {
  const { lastSuccessMs, failures, credentialsExpireMs, clockOffsetMs } = status.shipping;
  return [
    ...single('counter', 'skirmish_batches_total', 'Batches made', status.batches),
    ...single(
      'counter',
      'skirmish_batches_shipped_total',
      'Batches acknowledged',
      status.shippedBatches,
    ),
    ...single('counter', 'skirmish_bytes_shipped_total', 'Bytes of them', status.shippedBytes),
    ...single('counter', 'skirmish_retries_total', 'Records sent again', status.retries),
    ...single('gauge', 'skirmish_shipping_failures', 'Calls in a row that failed', failures),
    ...single(
      'gauge',
      'skirmish_last_shipped_timestamp_seconds',
      'When a record was last acknowledged, since the epoch; 0 before the first',
      seconds(lastSuccessMs),
    ),
    ...single(
      'gauge',
      'skirmish_credentials_expire_timestamp_seconds',
      'When the credentials end, since the epoch',
      seconds(credentialsExpireMs),
    ),
    ...single(
      'gauge',
      'skirmish_clock_offset_seconds',
      "What the clock lacks to the stream's",
      seconds(clockOffsetMs),
    ),
  ];
}

function spoolMetrics({ queuedBatches, spool }: Status): readonly Family[] {
  return [
    ...single('gauge', 'skirmish_spool_batches', 'Batches that wait', queuedBatches),
    ...single('gauge', 'skirmish_spool_fill_ratio', 'Share of the limit that is used', spool.fill),
    ...single(
      'gauge',
      'skirmish_spool_oldest_seconds',
      'Age of the oldest batch that waits',
      seconds(spool.oldestMs),
    ),
    ...single(
      'gauge',
      'skirmish_spool_volatile_events',
      'Events that would be lost if the process ended now',
      spool.volatileEvents,
    ),
  ];
}

function captureMetrics(captures: readonly CaptureStatus[]): readonly Family[] {
  if (captures.length === 0) return [];
  const each = (
    type: Family['type'],
    name: string,
    help: string,
    value: (capture: CaptureStatus) => number,
  ): Family => ({
    name,
    type,
    help,
    samples: captures.map((capture) => ({
      labels: { interface: capture.device },
      value: value(capture),
    })),
  });
  return [
    each('gauge', 'skirmish_capture_up', '1 while packets are captured', (of) =>
      Number(of.capturing),
    ),
    each('gauge', 'skirmish_capture_sampling', 'One in so many flows is kept', (of) => of.sampling),
    each(
      'counter',
      'skirmish_capture_received_total',
      'Packets that passed the filter',
      (of) => of.received,
    ),
    each(
      'counter',
      'skirmish_capture_kernel_drops_total',
      'Packets the kernel had no room for',
      (of) => of.kernelDrops,
    ),
    each(
      'counter',
      'skirmish_capture_skipped_total',
      'Packets left out by sampling',
      (of) => of.skipped,
    ),
    each(
      'counter',
      'skirmish_capture_possibly_lost_total',
      'At most so many packets were missed between two captures',
      (of) => of.possiblyLost,
    ),
    each(
      'counter',
      'skirmish_capture_restarts_total',
      'Captures started again',
      (of) => of.restarts,
    ),
  ];
}

function moduleMetrics({ modules = {} }: Status): readonly Family[] {
  const samples = Object.entries(modules).flatMap(([module, counts]) =>
    Object.entries(counts).map(([counter, value]) => ({ labels: { module, counter }, value })),
  );
  const help = 'What modules have counted';
  return samples.length === 0
    ? []
    : [{ name: 'skirmish_module_total', type: 'counter', help, samples }];
}

function recordingMetrics({ recording }: Status): readonly Family[] {
  if (recording === undefined) return [];
  const { packets, busy, failed, trouble } = recording;
  return [
    ...single('gauge', 'skirmish_recording_up', '1 while packets are kept', Number(trouble === '')),
    ...single('counter', 'skirmish_recorded_packets_total', 'Packets kept', packets),
    byReason('skirmish_unrecorded_packets_total', 'Packets not kept', { busy, failed }),
  ];
}

function importMetrics({ imported }: Status): readonly Family[] {
  if (imported === undefined) return [];
  const { lines, quiet, bad } = imported;
  return [
    ...single('counter', 'skirmish_import_lines_total', 'Lines read', lines),
    byReason('skirmish_import_lines_quiet_total', 'Lines that make no row, by reason', quiet),
    byReason('skirmish_import_lines_bad_total', 'Lines that are not used, by reason', bad),
  ];
}

/** `interface-silent eth0` is an alarm and of what. */
function alarmMetric({ alarms = [] }: Status): Family {
  return {
    name: 'skirmish_alarm',
    type: 'gauge',
    help: '1 for each alarm that is raised',
    samples: alarms.map(({ name }) => {
      const [alarm = '', ...of] = name.split(' ');
      return { labels: { alarm, of: of.join(' ') }, value: 1 };
    }),
  };
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
