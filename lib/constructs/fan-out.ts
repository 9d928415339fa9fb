import { Duration } from 'aws-cdk-lib';
import { FilterCriteria, FilterRule, MetricType, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import type { FanoutEnvironment } from '../../lambdas/fanout/env.ts';
import type { SkirmishConfig } from '../config.ts';
import { type FunctionCode, PipelineFunction } from './pipeline-function.ts';
import type { Quarantine } from './quarantine.ts';
import type { Segments } from './segments.ts';
import type { ViewerSocket } from './viewer-socket.ts';

/** What fan-out reads, and whom it posts to. */
export interface FanOutProps {
  readonly config: SkirmishConfig;
  readonly code: FunctionCode;
  readonly segments: Segments;
  readonly socket: ViewerSocket;
  readonly quarantine: Quarantine;
}

/** New segments → frames → open connections. */
export class FanOut extends Construct {
  readonly fanout: PipelineFunction;
  readonly mapping: DynamoEventSource;

  constructor(scope: Construct, id: string, props: FanOutProps) {
    super(scope, id);
    this.fanout = this.#function(props);
    this.mapping = new DynamoEventSource(props.segments.segments, {
      // Frames are for now: what was stored before is fetched by cursor.
      startingPosition: StartingPosition.LATEST,
      filters: [FilterCriteria.filter({ eventName: FilterRule.isEqual('INSERT') })],
      batchSize: 100,
      maxBatchingWindow: Duration.seconds(0),
      parallelizationFactor: 1,
      bisectBatchOnError: true,
      retryAttempts: 2,
      // The shortest age that Lambda takes. A viewer that missed a frame sees the hole and fetches it.
      maxRecordAge: Duration.seconds(60),
      reportBatchItemFailures: true,
      onFailure: props.quarantine.onFailure(),
      metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
    });
    this.fanout.addEventSource(this.mapping);
  }

  #function(props: FanOutProps): PipelineFunction {
    const { config, socket } = props;
    const environment: FanoutEnvironment = {
      VIEWERS_TABLE: socket.viewers.tableName,
      SOCKET_ENDPOINT: socket.managementEndpoint,
      FRAME_ROWS: String(config.frameRows),
      PUBLIC_DELAY_SECONDS: String(config.publicDelaySeconds),
      TICK_MS: String(config.tickMs),
      // Logs may lie in different shards of the table's stream, each of which has an invocation of its own.
      VIEWER_BUDGET_PER_HOUR: String(config.viewerBudgetPerHour / logsOf(config)),
    };
    const fanout = new PipelineFunction(this, 'Fanout', {
      name: 'fanout',
      code: props.code,
      description: 'Sends new segments to the viewers',
      // It may wait for most of its time (ADR 20), which is paid for by its memory.
      memoryMb: 256,
      timeoutSeconds: 30,
      reservedConcurrency: config.reservedConcurrency.fanout,
      environment: { ...environment },
    });
    socket.viewers.grant(fanout, 'dynamodb:Query', 'dynamodb:DeleteItem');
    socket.grantPost(fanout);
    return fanout;
  }
}

/** Logs that are written at the same time: a shard each; an on-demand stream begins with four. */
function logsOf({ stream }: SkirmishConfig): number {
  return stream.mode === 'provisioned' ? stream.shards : 4;
}
