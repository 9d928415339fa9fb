import type { LogList } from '../aws/log-list.ts';
import type { RollupReader } from '../aws/rollup-reader.ts';
import type { SegmentReader } from '../aws/segment-reader.ts';
import type { PartCache } from './part-cache.ts';

/** What http works with. */
export interface HttpPorts {
  readonly segments: SegmentReader;
  readonly logs: LogList;
  readonly rollups: RollupReader;
  /** Parts that were merged for answers before. */
  readonly cache: PartCache;
  /** How much later than operators the public sees everything, ms; 0 when not given. */
  readonly publicDelayMs?: number;
  now(): number;
}
