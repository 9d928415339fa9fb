import type { Json } from '../template/json.ts';
import type { Resource } from '../template/stack.ts';
import type { TableDefinition } from './dynamo-table.ts';
import type { StreamDefinition } from './kinesis-stream.ts';

/** Shards an on-demand stream starts with. */
const ON_DEMAND_SHARDS = 4;

/** Reads the Kinesis streams. */
export function readStreams(resources: readonly Resource[]): StreamDefinition[] {
  return ofTypes(resources, ['AWS::Kinesis::Stream']).map(({ identity, properties }) => {
    const settings = properties().only([
      ...['Name', 'ShardCount', 'StreamModeDetails'],
      ...['RetentionPeriodHours', 'StreamEncryption', 'Tags', 'DesiredShardLevelMetrics'],
    ]);
    const onDemand =
      settings.objectOr('StreamModeDetails').textOr('StreamMode', '') === 'ON_DEMAND';
    return {
      name: identity.ref,
      arn: identity.attributes['Arn'] ?? '',
      shards: onDemand ? ON_DEMAND_SHARDS : settings.numberOr('ShardCount', 1),
    };
  });
}

/** Reads the DynamoDB tables. */
export function readTables(resources: readonly Resource[]): TableDefinition[] {
  return ofTypes(resources, ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable']).map(readTable);
}

function readTable({ identity, properties }: Resource): TableDefinition {
  const settings = properties().only([
    ...['TableName', 'AttributeDefinitions', 'KeySchema', 'BillingMode', 'StreamSpecification'],
    ...['TimeToLiveSpecification', 'GlobalSecondaryIndexes', 'LocalSecondaryIndexes'],
    ...[
      'Replicas',
      'PointInTimeRecoverySpecification',
      'DeletionProtectionEnabled',
      'SSESpecification',
    ],
    ...['Tags', 'TableClass', 'WriteOnDemandThroughputSettings'],
  ]);
  const { attributes, ref } = identity;
  const expiry = settings.objectOr('TimeToLiveSpecification');
  const stream = settings.objectOr('StreamSpecification');
  return {
    name: ref,
    arn: attributes['Arn'] ?? '',
    keyNames: settings.objects('KeySchema').map((key) => key.text('AttributeName')),
    create: {
      TableName: ref,
      BillingMode: 'PAY_PER_REQUEST',
      ...chosen(settings.json, [
        ...['AttributeDefinitions', 'KeySchema'],
        ...['GlobalSecondaryIndexes', 'LocalSecondaryIndexes'],
      ]),
    },
    ...(stream.has('StreamViewType')
      ? { stream: { arn: attributes['StreamArn'] ?? '', viewType: stream.text('StreamViewType') } }
      : {}),
    ...(expiry.booleanOr('Enabled', false)
      ? { expiryAttribute: expiry.text('AttributeName') }
      : {}),
  };
}

function chosen(
  json: Readonly<Record<string, Json>>,
  names: readonly string[],
): Record<string, Json> {
  return Object.fromEntries(Object.entries(json).filter(([name]) => names.includes(name)));
}

function ofTypes(resources: readonly Resource[], types: readonly string[]): Resource[] {
  return resources.filter((resource) => types.includes(resource.type));
}
