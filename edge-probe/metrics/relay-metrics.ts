import type { RelayStatus } from '../relay/relay.ts';
import { byReason, type Family, single } from './exposition.ts';

/** A running relay's metrics. */
export function relayMetrics(status: RelayStatus): readonly Family[] {
  return [
    ...single('gauge', 'skirmish_relay_keys', 'Probes that may come in', status.keys),
    ...single(
      'gauge',
      'skirmish_relay_keys_unusable',
      'Key files that cannot be used',
      status.unusableKeys,
    ),
    ...single('gauge', 'skirmish_relay_open', 'Probes connected', status.open),
    ...single(
      'counter',
      'skirmish_relay_connections_total',
      'Connections let in',
      status.connections,
    ),
    byReason('skirmish_relay_refused_total', 'Connections and batches turned away', status.refused),
    ...single('counter', 'skirmish_batches_total', 'Batches taken in', status.batches),
    ...single(
      'counter',
      'skirmish_batches_shipped_total',
      'Batches passed on',
      status.shippedBatches,
    ),
    ...single('counter', 'skirmish_bytes_shipped_total', 'Bytes of them', status.shippedBytes),
    ...single('counter', 'skirmish_retries_total', 'Records sent again', status.retries),
    ...single('gauge', 'skirmish_spool_batches', 'Batches that wait', status.queuedBatches),
    byReason(
      'skirmish_batches_lost_total',
      'Batches lost after they were taken in',
      status.dropped,
    ),
  ];
}
