/** Counts by name. */
export type Counts = Readonly<Record<string, number>>;

/** CloudWatch takes at most this many metrics from one line. */
const MAX_METRICS = 100;

/**
 * One JSON line that people can read and CloudWatch turns into metrics.
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function metricLine(functionName: string, counts: Counts, at: number): string {
  const metrics = Object.keys(counts).slice(0, MAX_METRICS);
  return JSON.stringify({
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [
        {
          Namespace: 'Skirmish',
          Dimensions: [['function']],
          Metrics: metrics.map((Name) => ({ Name, Unit: 'Count' })),
        },
      ],
    },
    function: functionName,
    ...counts,
  });
}

/** One JSON line about something that went wrong; the error's name and message, never its data. */
export function errorLine(functionName: string, doing: string, error: unknown): string {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: `${error}` };
  return JSON.stringify({ level: 'error', function: functionName, doing, error: name, message });
}

/** Adds to a count. */
export function count(counts: Record<string, number>, name: string, by = 1): void {
  counts[name] = (counts[name] ?? 0) + by;
}
