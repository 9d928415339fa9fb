import { Duration } from 'aws-cdk-lib';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { FilterCriteria, FilterRule, MetricType, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import type { RollupEnvironment } from '../../lambdas/rollup/env.ts';
import type { SkirmishConfig } from '../config.ts';
import { type FunctionCode, PipelineFunction } from './pipeline-function.ts';
import type { Quarantine } from './quarantine.ts';
import { type Segments, tableDefaults } from './segments.ts';

/** What rollups are made of. */
export interface RollupsProps {
  readonly config: SkirmishConfig;
  readonly code: FunctionCode;
  readonly segments: Segments;
  readonly quarantine: Quarantine;
}

/** New segments are waited for this long, so that an item is written once for all of them. */
const WINDOW = Duration.seconds(60);

/** What all rows of a minute, an hour and a day add up to: the table, and the function that adds new segments. */
export class Rollups extends Construct {
  /**
   * Access patterns (`series`, `period`):
   * - rollup reads and writes one log's item of a period (GetItem, PutItem on condition of its `through`), series
   *   `<audience>#minute#<day>`, `<audience>#hour#<month>` or `<audience>#day#<year>`, period `<start>#<log>`;
   * - http reads all logs' items of a time range, some attributes of each (Query of each series it touches);
   * - rollup reads and writes how far a log is (GetItem, PutItem), series `<audience>#cursor`, period `<log>`; rollup and
   *   http list all of them (Query).
   * Items of minutes and hours expire by `expiresAt`.
   */
  readonly table: TableV2;
  readonly rollup: PipelineFunction;
  readonly mapping: DynamoEventSource;

  constructor(scope: Construct, id: string, props: RollupsProps) {
    super(scope, id);
    this.table = new TableV2(this, 'Rollups', {
      ...tableDefaults(props.config),
      partitionKey: { name: 'series', type: AttributeType.STRING },
      sortKey: { name: 'period', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiresAt',
    });
    this.rollup = this.#function(props);
    this.mapping = new DynamoEventSource(props.segments.segments, {
      // What was stored before the mapping came up is in the rollups as well; older segments are read from their logs.
      startingPosition: StartingPosition.TRIM_HORIZON,
      filters: [FilterCriteria.filter({ eventName: FilterRule.isEqual('INSERT') })],
      batchSize: 1000,
      maxBatchingWindow: WINDOW,
      parallelizationFactor: 1,
      bisectBatchOnError: true,
      // Given up is not lost: the next segment of the log brings those before it along.
      retryAttempts: 10,
      maxRecordAge: Duration.hours(24),
      reportBatchItemFailures: true,
      onFailure: props.quarantine.onFailure(),
      metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
    });
    this.rollup.addEventSource(this.mapping);
  }

  #function({ config, code, segments }: RollupsProps): PipelineFunction {
    const environment: RollupEnvironment = {
      SEGMENTS_TABLE: segments.segments.tableName,
      ROLLUPS_TABLE: this.table.tableName,
      PUBLIC_DELAY_SECONDS: String(config.publicDelaySeconds),
    };
    const rollup = new PipelineFunction(this, 'Rollup', {
      name: 'rollup',
      code,
      description: 'Adds new segments to the sums of their minutes, hours and days',
      // Sums of up to 100,000 rows stay in memory until they are written.
      memoryMb: 1024,
      timeoutSeconds: 120,
      reservedConcurrency: config.reservedConcurrency.rollup,
      environment: { ...environment },
    });
    segments.segments.grant(rollup, 'dynamodb:Query');
    this.table.grant(rollup, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query');
    return rollup;
  }
}
