import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import { MetricType, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { KinesisEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import {
  ASN_FILES,
  CELLS_FILE,
  ENRICHMENT_FILE,
  GEO_FILES,
  type WrangleEnvironment,
} from '../../lambdas/wrangle/env.ts';
import type { SkirmishConfig } from '../config.ts';
import { type FunctionCode, PipelineFunction } from './pipeline-function.ts';
import type { Quarantine } from './quarantine.ts';
import type { Segments } from './segments.ts';

/** What ingest writes to. */
export interface IngestProps {
  readonly config: SkirmishConfig;
  readonly code: FunctionCode;
  readonly segments: Segments;
  readonly quarantine: Quarantine;
}

/** The stream that probes put sealed batches into, the one policy a probe needs, and wrangle behind the stream. */
export class Ingest extends Construct {
  readonly stream: Stream;
  readonly probePolicy: ManagedPolicy;
  readonly wrangle: PipelineFunction;
  readonly mapping: KinesisEventSource;

  constructor(scope: Construct, id: string, props: IngestProps) {
    super(scope, id);
    this.stream = this.#stream(props.config);
    this.probePolicy = new ManagedPolicy(this, 'ProbePolicy', {
      description: 'What a Skirmish probe may do: put records into one stream',
    });
    this.stream.grant(this.probePolicy, 'kinesis:PutRecords');
    this.wrangle = this.#wrangle(props);
    this.mapping = new KinesisEventSource(this.stream, {
      // Nothing that was put before the mapping came up may be missed.
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 200,
      // No wait: at its base rate Lambda polls a shard once a second anyway.
      maxBatchingWindow: Duration.seconds(0),
      // One invocation a shard at a time: a log has a single writer (and its conditional put refuses a second).
      parallelizationFactor: 1,
      bisectBatchOnError: true,
      retryAttempts: 10,
      maxRecordAge: Duration.hours(24),
      reportBatchItemFailures: true,
      onFailure: props.quarantine.onFailure(),
      metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
    });
    this.wrangle.addEventSource(this.mapping);
  }

  #stream(config: SkirmishConfig): Stream {
    const { mode, shards, retentionHours } = config.stream;
    return new Stream(this, 'Stream', {
      ...(mode === 'provisioned'
        ? { streamMode: StreamMode.PROVISIONED, shardCount: shards }
        : { streamMode: StreamMode.ON_DEMAND }),
      retentionPeriod: Duration.hours(retentionHours),
      encryption: StreamEncryption.MANAGED,
      removalPolicy: config.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }

  #wrangle(props: IngestProps): PipelineFunction {
    const { config, segments, quarantine } = props;
    const environment: WrangleEnvironment = {
      SEGMENTS_TABLE: segments.segments.tableName,
      LOGS_TABLE: segments.logs.tableName,
      REGISTRY_TABLE: segments.registry.tableName,
      QUARANTINE_BUCKET: quarantine.bucket.bucketName,
      PUBLIC_SOURCES: config.publicSources,
      PUBLIC_INTERNAL: String(config.publicInternal),
      PUBLIC_CELL_NETWORKS: String(config.publicCellNetworks),
      GEO_V4: GEO_FILES.v4,
      GEO_V6: GEO_FILES.v6,
      ASN: asnFile(config.asn),
      CELLS: config.geo === 'none' ? '' : CELLS_FILE,
      ENRICHMENT: ENRICHMENT_FILE,
      SEGMENT_DAYS: String(config.segmentDays),
    };
    const wrangle = new PipelineFunction(this, 'Wrangle', {
      name: 'wrangle',
      code: props.code,
      description: 'Takes batches from the stream and appends segments to the logs',
      // Both geo databases stay in memory (135 MB) beside batches of up to 6 MB.
      memoryMb: 1024,
      timeoutSeconds: 60,
      reservedConcurrency: config.reservedConcurrency.wrangle,
      environment: { ...environment },
    });
    segments.segments.grant(wrangle, 'dynamodb:Query', 'dynamodb:PutItem');
    segments.logs.grant(wrangle, 'dynamodb:Scan', 'dynamodb:GetItem', 'dynamodb:PutItem');
    segments.registry.grant(wrangle, 'dynamodb:GetItem', 'dynamodb:Scan');
    quarantine.grantSetAside(wrangle);
    return wrangle;
  }
}

function asnFile(asn: SkirmishConfig['asn']): string {
  if (asn === 'none') return '';
  return asn === 'bundled' ? ASN_FILES.table : ASN_FILES.mmdb;
}
