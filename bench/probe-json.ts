import { gzipSync } from 'node:zlib';
import type { BatchEvents } from '../core/batch/batch.ts';
import { flowLines } from '../edge-probe/cli/flow-line.ts';

/** Bytes of a batch's rows as lines of JSON, compressed. */
export function gzipJson(events: BatchEvents): number {
  return gzipSync(flowLines(events, { communityIdSeed: undefined })).length;
}
