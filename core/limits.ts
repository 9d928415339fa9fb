/** Limits of the wire, the store and AWS that more than one part must agree on. */
export const LIMITS = {
  /** Rows in one batch. Source: threat model, docs/threat-model.md. */
  batchEvents: 5_000,
  /** Bytes of one sealed batch: below Kinesis's 1 MiB record. */
  batchBytes: 512 * 1024,
  /** Bytes of a batch after inflating; inflating stops here. */
  batchInflatedBytes: 8 * 1024 * 1024,
  /** A measured row is at most this long before its batch was cut: that happens every second or so. */
  batchPastMs: 24 * 3600_000,
  /** Rows in one segment; larger invocations write several. */
  segmentEvents: 4_000,
  /** DynamoDB's item limit is 400 KB; both renderings and the head must stay under this. */
  segmentBytes: 360 * 1024,
  /** API Gateway closes with 1009 above this. */
  socketMessageBytes: 128 * 1024,
  /** What a viewer may send in one message. */
  viewerMessageBytes: 1024,
  /** Records and bytes of one PutRecords call. */
  putRecordsEntries: 500,
  putRecordsBytes: 5 * 1024 * 1024,
  /** Bytes of one HTTP answer: Lambda's limit is 6 MB. */
  httpAnswerBytes: 4 * 1024 * 1024,
} as const;
