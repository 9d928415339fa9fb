import type { Resource } from '../template/stack.ts';
import { TemplateError } from '../template/template-error.ts';
import { type Filter, readFilters } from './filter.ts';

/** An event source mapping of the template. */
export interface MappingDefinition {
  readonly logicalId: string;
  readonly id: string;
  readonly sourceArn: string;
  /** ARN or name of the function. */
  readonly functionName: string;
  readonly batchSize: number;
  readonly windowMs: number;
  /** Retries after the first try; Infinity: until the record is too old. */
  readonly maxRetries: number;
  readonly maxAgeMs: number;
  readonly bisect: boolean;
  /** ReportBatchItemFailures is on. */
  readonly partialFailures: boolean;
  readonly filters: readonly Filter[];
  /** Bucket that gets what was given up. */
  readonly failureBucket: string | undefined;
}

const KNOWN = [
  ...['EventSourceArn', 'FunctionName', 'BatchSize', 'MaximumBatchingWindowInSeconds'],
  ...['MaximumRetryAttempts', 'MaximumRecordAgeInSeconds', 'BisectBatchOnFunctionError'],
  ...['FunctionResponseTypes', 'FilterCriteria', 'DestinationConfig', 'ParallelizationFactor'],
  ...['StartingPosition', 'Enabled', 'MetricsConfig', 'Tags'],
];
/** Records of one stream are never run in parallel here, so a factor above one could not be honoured. */
const PARALLEL = 1;

/** Reads the mappings that are enabled. */
export function readMappings(resources: readonly Resource[]): MappingDefinition[] {
  return resources
    .filter((resource) => resource.type === 'AWS::Lambda::EventSourceMapping')
    .filter((resource) => resource.properties().booleanOr('Enabled', true))
    .map(readMapping);
}

function readMapping(resource: Resource): MappingDefinition {
  const properties = resource.properties().only(KNOWN);
  if (properties.numberOr('ParallelizationFactor', PARALLEL) !== PARALLEL) {
    throw new TemplateError(
      `${resource.logicalId}: the local runtime reads a shard one batch at a time; ParallelizationFactor must be 1.`,
    );
  }
  return {
    logicalId: resource.logicalId,
    id: resource.identity.ref,
    sourceArn: properties.text('EventSourceArn'),
    functionName: properties.text('FunctionName'),
    batchSize: properties.numberOr('BatchSize', 100),
    windowMs: properties.numberOr('MaximumBatchingWindowInSeconds', 0) * 1000,
    maxRetries: unlessForever(properties.numberOr('MaximumRetryAttempts', -1)),
    maxAgeMs: unlessForever(properties.numberOr('MaximumRecordAgeInSeconds', -1)) * 1000,
    bisect: properties.booleanOr('BisectBatchOnFunctionError', false),
    partialFailures: properties.texts('FunctionResponseTypes').includes('ReportBatchItemFailures'),
    filters: readFilters(
      properties.objectOr('FilterCriteria').objects('Filters'),
      resource.logicalId,
    ),
    failureBucket: failureBucket(resource),
  };
}

function unlessForever(value: number): number {
  return value < 0 ? Number.POSITIVE_INFINITY : value;
}

function failureBucket(resource: Resource): string | undefined {
  const destination = resource
    .properties()
    .objectOr('DestinationConfig')
    .objectOr('OnFailure')
    .textOr('Destination', '');
  if (destination === '') return undefined;
  const bucket = /^arn:aws:s3:::([^/]+)$/.exec(destination)?.[1];
  if (bucket !== undefined) return bucket;
  throw new TemplateError(
    `${resource.logicalId}: the local runtime sends failures to S3 buckets only, not to ${destination}.`,
  );
}
