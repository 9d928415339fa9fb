import { RemovalPolicy } from 'aws-cdk-lib';
import type { TablePropsV2 } from 'aws-cdk-lib/aws-dynamodb';
import { AttributeType, Billing, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { SkirmishConfig } from '../config.ts';

/**
 * The logs of segments, and the registry of sensors.
 *
 * Access patterns:
 * - segments (`shard`, `number`): wrangle reads the newest item of a shard (Query, descending, limit 1) and appends
 *   number n+1 (PutItem if absent); http reads a shard after a number (Query); fan-out gets new items by the stream.
 *   Items expire by `expiresAt`.
 * - logs (`shard`): wrangle puts one item a log and the number it has reached (PutItem, GetItem); wrangle and http
 *   list all of them (Scan: one item a shard).
 * - registry (`probe`): wrangle reads one sensor (GetItem), and the home networks of all (Scan); an operator puts and revokes sensors.
 */
export class Segments extends Construct {
  readonly segments: TableV2;
  readonly logs: TableV2;
  readonly registry: TableV2;

  constructor(scope: Construct, id: string, props: { readonly config: SkirmishConfig }) {
    super(scope, id);
    const kept = tableDefaults(props.config);
    this.segments = new TableV2(this, 'Segments', {
      ...kept,
      partitionKey: { name: 'shard', type: AttributeType.STRING },
      sortKey: { name: 'number', type: AttributeType.NUMBER },
      dynamoStream: StreamViewType.NEW_IMAGE,
      timeToLiveAttribute: 'expiresAt',
    });
    this.logs = new TableV2(this, 'Logs', {
      ...kept,
      partitionKey: { name: 'shard', type: AttributeType.STRING },
    });
    this.registry = new TableV2(this, 'Registry', {
      ...kept,
      partitionKey: { name: 'probe', type: AttributeType.STRING },
    });
  }
}

/** What all tables with data to keep have in common. */
export function tableDefaults(
  config: SkirmishConfig,
): Pick<
  TablePropsV2,
  'billing' | 'removalPolicy' | 'deletionProtection' | 'pointInTimeRecoverySpecification'
> {
  return {
    billing: Billing.onDemand(),
    removalPolicy: config.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    deletionProtection: config.retainData,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
  };
}
