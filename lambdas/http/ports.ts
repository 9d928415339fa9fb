import type { LogList } from '../aws/log-list.ts';
import type { SegmentReader } from '../aws/segment-reader.ts';

/** What http works with. */
export interface HttpPorts {
  readonly segments: SegmentReader;
  readonly logs: LogList;
  now(): number;
}
