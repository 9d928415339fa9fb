import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { SkirmishConfig } from '../config.ts';
import { acknowledge } from './acknowledge.ts';
import type { PipelineFunction } from './pipeline-function.ts';

/** A function behind a stream, its mapping, and how old its input may get. */
export interface WatchedConsumer {
  readonly function: PipelineFunction;
  readonly mappingId: string;
  readonly maxAgeSeconds: number;
}

/** What is watched. */
export interface ObservabilityProps {
  readonly config: SkirmishConfig;
  readonly functions: Readonly<Record<string, PipelineFunction>>;
  readonly consumers: Readonly<Record<string, WatchedConsumer>>;
}

/** Alarms on what loses or delays events; by e-mail when the configuration has an address. */
export class Observability extends Construct {
  readonly #topic: Topic | undefined;

  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    this.#topic = this.#emailTopic(props.config.alarmEmail);
    for (const [name, watched] of Object.entries(props.functions)) this.#function(name, watched);
    for (const [name, watched] of Object.entries(props.consumers)) this.#consumer(name, watched);
    this.#alarm('Quarantined', {
      metric: pipelineMetric('wrangle', 'quarantined'),
      above: 0,
      description: 'Batches were refused: see quarantine/<reason>/ in the quarantine bucket.',
    });
    this.#alarm('RollupFailed', {
      metric: pipelineMetric('rollup', 'failed'),
      above: 0,
      description: 'A log could not be added to the rollups: the log of rollup says why.',
    });
    this.#alarm('RollupMissing', {
      metric: pipelineMetric('rollup', 'missing'),
      above: 0,
      description: 'Segments expired before they were in the rollups: some periods are incomplete.',
    });
  }

  #emailTopic(address: string | undefined): Topic | undefined {
    if (address === undefined) return undefined;
    const topic = new Topic(this, 'Topic', { displayName: 'Skirmish alarms', enforceSSL: true });
    topic.addSubscription(new EmailSubscription(address));
    acknowledge(topic, {
      'Serverless-SNSRedrivePolicy': 'An e-mail that bounces has no one to be redriven to.',
    });
    return topic;
  }

  #function(name: string, watched: PipelineFunction): void {
    const period = Duration.minutes(5);
    this.#alarm(`${name}Errors`, {
      metric: watched.metricErrors({ period }),
      above: 0,
      description: `${name} failed: its log says why.`,
    });
    this.#alarm(`${name}Throttles`, {
      metric: watched.metricThrottles({ period }),
      above: 0,
      description: `${name} was throttled: raise the account's Lambda concurrency.`,
    });
  }

  #consumer(name: string, watched: WatchedConsumer): void {
    this.#alarm(`${name}IteratorAge`, {
      metric: watched.function.metric('IteratorAge', {
        statistic: Stats.MAXIMUM,
        period: Duration.minutes(1),
      }),
      above: watched.maxAgeSeconds * 1000,
      description: `${name} is behind its stream by more than ${watched.maxAgeSeconds} s.`,
    });
    this.#alarm(`${name}GaveUp`, {
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'OnFailureDestinationDeliveredEventCount',
        dimensionsMap: { EventSourceMappingUUID: watched.mappingId },
        statistic: Stats.SUM,
        period: Duration.minutes(5),
      }),
      above: 0,
      description: `Records that ${name} could not take are in the quarantine bucket under aws/lambda/.`,
    });
  }

  #alarm(
    id: string,
    props: { readonly metric: IMetric; readonly above: number; readonly description: string },
  ): void {
    const alarm = new Alarm(this, id, {
      metric: props.metric,
      threshold: props.above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: props.description,
    });
    if (this.#topic !== undefined) alarm.addAlarmAction(new SnsAction(this.#topic));
  }
}

/** A metric that a function writes into its log in the embedded format. */
function pipelineMetric(functionName: string, metricName: string): Metric {
  return new Metric({
    namespace: 'Skirmish',
    metricName,
    dimensionsMap: { function: functionName },
    statistic: Stats.SUM,
    period: Duration.minutes(5),
  });
}
