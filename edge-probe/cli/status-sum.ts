import type { Status } from './status.ts';

/** A pipeline that has not begun. */
export const NO_STATUS: Status = {
  type: 'status',
  final: false,
  packets: 0,
  ip: 0,
  flows: 0,
  events: 0,
  batches: 0,
  shippedBatches: 0,
  shippedBytes: 0,
  queuedBatches: 0,
  retries: 0,
  dropped: {},
  undecodable: {},
  kernelDrops: 0,
  spool: { kind: 'memory', fill: 0, oldestMs: 0, volatileEvents: 0 },
  shipping: { lastSuccessMs: 0, failures: 0, lastFailure: '' },
};

/** Pipelines one after the other as one: sums of both, and how the later one is. */
export function sumStatus(before: Status, now: Status): Status {
  const { shipping } = now;
  return {
    ...now,
    packets: before.packets + now.packets,
    ip: before.ip + now.ip,
    flows: before.flows + now.flows,
    events: before.events + now.events,
    batches: before.batches + now.batches,
    shippedBatches: before.shippedBatches + now.shippedBatches,
    shippedBytes: before.shippedBytes + now.shippedBytes,
    retries: before.retries + now.retries,
    kernelDrops: before.kernelDrops + now.kernelDrops,
    dropped: sumCounts(before.dropped, now.dropped),
    undecodable: sumCounts(before.undecodable, now.undecodable),
    unfinished: sumCounts(before.unfinished ?? {}, now.unfinished ?? {}),
    shipping: {
      ...shipping,
      lastSuccessMs: Math.max(before.shipping.lastSuccessMs, shipping.lastSuccessMs),
    },
  };
}

function sumCounts(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Record<string, number> {
  const sums: Record<string, number> = { ...a };
  for (const [name, value] of Object.entries(b)) sums[name] = (sums[name] ?? 0) + value;
  return sums;
}
